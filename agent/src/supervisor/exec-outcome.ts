/** What a step's last frame means: the outcome that the rest of the agent judges. */

import { constants } from 'node:os';
import { getSystemErrorMessage } from 'node:util';
import { GridError } from '@cleangrid/core/errors.ts';
import type { StepEvidence, StepExit } from '@cleangrid/core/result.ts';
import type { ExecCommand, ExecOutcome } from '../step-executor.ts';
import type { ExitFrame } from './frame-decoder.ts';
import { failStages } from './frames.ts';
import type { StepEnd } from './step-run.ts';

/** Throws `executor_killed` when the step killed its keeper, and `runtime_error` for a request that the supervisor does not understand. */
export function execOutcome(command: ExecCommand, end: StepEnd): ExecOutcome {
  if (end.kind === 'fail') return notStarted(failMessage(command, end));
  const durationMs = end.wallUs / 1000;
  const evidence = evidenceOf(end);
  if (end.keeperLost)
    throw new GridError('executor_killed', 'a process of the step killed the keeper that watches over it');
  const exit = exitOf(end);
  if (end.timedOut) return { kind: 'timed_out', exit, durationMs, evidence };
  if (end.ended) return { kind: 'cancelled', exit, durationMs, evidence };
  return { kind: 'exited', exit, durationMs, evidence };
}

export function notStarted(message: string): ExecOutcome {
  return { kind: 'not_started', message, durationMs: 0, evidence: null };
}

const signalNames = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

function exitOf({ code, signal }: ExitFrame): StepExit {
  if (signal === 0) return { kind: 'code', code };
  return { kind: 'signal', signal: signalNames.get(signal) ?? `SIG${signal}` };
}

function evidenceOf(end: ExitFrame): StepEvidence {
  return {
    userCpuMs: end.userUs / 1000,
    systemCpuMs: end.systemUs / 1000,
    peakMemoryBytes: end.peakKib * 1024,
    survivorsKilled: end.survivorsKilled,
    oom: end.oom,
    processesLeft: end.dirty ? 'dirty' : end.kept ? 'kept' : 'gone',
  };
}

function failMessage(command: ExecCommand, { stage, errno }: Extract<StepEnd, { kind: 'fail' }>): string {
  const reason = getSystemErrorMessage(-errno);
  switch (stage) {
    case failStages.program:
      return errno === constants.errno.ENOENT
        ? `command not found: ${command.argv[0]}`
        : `cannot run ${command.argv[0]}: ${reason}`;
    case failStages.workdir:
      return `cannot use ${command.workdir ?? "the container's workdir"} as working directory: ${reason}`;
    case failStages.user:
      return errno === constants.errno.ENOENT
        ? `no such user or group in the container: ${command.user}`
        : `cannot run as user ${command.user}: ${reason}`;
    case failStages.resources:
      return errno === constants.errno.EAGAIN
        ? 'no process could be started: the container has reached its limit of processes'
        : `no process could be started: ${reason}`;
    default:
      throw new GridError('runtime_error', `the supervisor refused a step (stage ${stage}): ${reason}`);
  }
}
