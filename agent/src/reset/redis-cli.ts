/** Redis's own client in the server's container: one call runs many commands, one a line, and prints their answers. */

import { type Clock, sleep } from '@cleangrid/core/clock.ts';
import { databaseAcceptsMsMax, readyProbeMs, resetToolMsMax } from '@cleangrid/core/limits.ts';
import type { PlannedService } from '@cleangrid/core/plan.ts';
import type { StepSession } from '../step-executor.ts';
import type { ResetAnswer } from './instance-reset.ts';
import { runTool, type ToolRun } from './run-tool.ts';

/** Refused commands are answers like others. A password is taken from the service's environment: `REDISCLI_AUTH`. */
export type RedisCli = (commands: readonly string[], signal: AbortSignal) => Promise<ToolRun>;

export function createRedisCli(session: StepSession, service: PlannedService): RedisCli {
  const argv = ['redis-cli', '-p', String(service.port)];
  return async (commands, signal) => {
    const stdin = commands.map((command) => `${command}\n`).join('');
    const ran = await runTool(session, { argv, stdin, timeoutMs: resetToolMsMax }, signal);
    const noEntry = /^NOAUTH.*$/mu.exec(ran.stdout)?.[0] ?? null;
    return { ...ran, problem: ran.problem ?? noEntry };
  };
}

/** Null: the server answers; else what came instead for too long. */
export async function redisAnswers(
  redis: RedisCli,
  clock: Clock,
  signal: AbortSignal,
): Promise<ResetAnswer | null> {
  const deadlineMs = clock.monotonicMs() + databaseAcceptsMsMax;
  for (;;) {
    const { stdout, stderr, problem } = await redis(['PING'], signal);
    if (stdout.trim() === 'PONG') return null;
    const isOver = clock.monotonicMs() >= deadlineMs || stdout.startsWith('NOAUTH');
    if (isOver) return { kind: 'replace', reason: (problem ?? `${stdout}${stderr}`).trim() };
    await sleep(clock, readyProbeMs, signal);
  }
}
