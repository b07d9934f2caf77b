/** `cleangrid agent`: runs scenarios on the Docker of this machine for a coordinator, until it is told to stop. */

import { sleep } from '@cleangrid/core/clock.ts';
import { GridError } from '@cleangrid/core/errors.ts';
import { abandonMsMax } from '@cleangrid/core/limits.ts';
import { exitCodes } from '@cleangrid/core/verdict.ts';
import type { CommandContext } from '../command-context.ts';
import type { AgentProcess } from '../grid-processes.ts';
import { listenForInterrupts } from '../interrupts.ts';
import { readAgentOptions } from '../read-process-options.ts';
import { counted } from '../scenario-words.ts';
import type { SettingFlags } from '../settings.ts';
import { writeLines } from '../terminal.ts';

export async function agentCommand(flags: SettingFlags, context: CommandContext): Promise<number> {
  const { terminal, config, cwd, signals } = context;
  const say = (...lines: string[]): void => writeLines(terminal.out, lines);
  const options = await readAgentOptions({ flags, config, cwd });
  const told = Promise.withResolvers<void>();
  let running: AgentProcess | null = null;
  const release = listenForInterrupts(signals, {
    first(signal) {
      say(`${signal}: finishing what runs, taking nothing new. Once more to stop at once.`);
      told.resolve();
    },
    again() {
      say('Stopping at once.');
      void abandon(running, context);
    },
  });
  try {
    const { name, address, transport, nats, health } = options;
    say(
      `Agent ${name} of the coordinator at ${address.text} (${transport.words}).`,
      `NATS at ${nats.address} (${nats.words}).`,
    );
    running = await context.openAgent({ ...options, say });
    const { host, executor, slots, removedAtStart } = running;
    say(
      `Docker host ${host}, ${counted(slots, 'slot')}, steps run by ${executorWords[executor]}.`,
      ...(removedAtStart > 0
        ? [`Removed what an earlier life left behind: ${counted(removedAtStart, 'thing')}.`]
        : []),
      ...(health ? [`Health at http://${health.text}/healthz and /readyz, metrics at /metrics.`] : []),
    );
    const refusal = await Promise.race([running.refused, told.promise.then(() => null)]);
    // A coordinator may also refuse while this agent finishes.
    const end = refusal ?? (await Promise.race([running.refused, running.drain().then(() => null)]));
    await running.close();
    if (end === null) return exitCodes.passed;
    throw new GridError('unavailable', `the coordinator refused this agent: ${end}`);
  } finally {
    release();
  }
}

const executorWords = {
  supervisor: 'the supervisor',
  plain: 'plain exec (slower; the supervisor is not built for this host)',
  none: 'nothing',
} as const;

/** Ends the process, whatever Docker does. */
async function abandon(running: AgentProcess | null, context: CommandContext): Promise<void> {
  await Promise.race([running?.abandon(), sleep(context.clock, abandonMsMax)]);
  context.exit(exitCodes.cancelled);
}
