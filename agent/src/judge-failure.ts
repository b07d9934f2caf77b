/**
 * Whose fault is a step that did not pass? Its own, unless a container that it depended on ended, was killed from outside, or the
 * daemon is gone: `design.md` tells `failed` from `broken`, this file decides it.
 */

import { isGridError, messageOf } from '@cleangrid/core/errors.ts';
import type { StepExit } from '@cleangrid/core/result.ts';
import { broken, failed, type Verdict } from '@cleangrid/core/verdict.ts';
import type { StepTrouble } from './execute-step.ts';
import type { ContainerWatch } from './pool/container-watch.ts';
import { exitVerdict } from './pool/exit-verdict.ts';
import type { Lease } from './pool/lease.ts';

export interface FailureJudge {
  judge(trouble: StepTrouble): Promise<Verdict>;
  /** What happened after which the leased containers may not be lent again; null: nothing. */
  taint(): string | null;
}

export function createFailureJudge({ lease, watch }: { lease: Lease; watch: ContainerWatch }): FailureJudge {
  let taint: string | null = null;
  return {
    async judge(trouble) {
      if (trouble.own?.outcome === 'cancelled') {
        taint ??= 'a step was cancelled';
        return trouble.own;
      }
      const fates = await Promise.all(
        lease.containers.map(async (container) => ({ container, fate: await watch.fateOf(container) })),
      );
      const ended = fates
        .map(({ container, fate }) => exitVerdict(container, fate))
        .find((verdict) => verdict !== null);
      if (ended) taint ??= 'a container of the lease ended';
      if (ended) return ended;
      if (trouble.own === null) taint ??= 'the end of a step is not known';
      if (trouble.own === null) return lostVerdict(trouble);
      if (isTimeout(trouble.own)) taint ??= 'a step took too long';
      if (!(await wasKilledForMemory(watch, trouble))) return trouble.own;
      taint ??= 'a step met the memory limit';
      return oomVerdict(trouble);
    },
    taint: () => taint,
  };
}

function isTimeout(verdict: Verdict): boolean {
  return verdict.outcome === 'failed' && verdict.reason === 'timeout';
}

/** The step's end is unknown although its container runs. */
function lostVerdict({ error }: StepTrouble): Verdict {
  if (isGridError(error, 'daemon_unreachable', 'timed_out'))
    return broken('daemon_unavailable', error.message);
  if (isGridError(error, 'executor_killed')) return broken('executor_killed', error.message);
  if (isGridError(error, 'unavailable')) return broken('resource', error.message);
  if (isGridError(error, 'disk_full')) return broken('disk_full', error.message);
  if (isGridError(error)) return broken('container_lost', error.message);
  return broken('internal', messageOf(error));
}

async function wasKilledForMemory(watch: ContainerWatch, { container, exit }: StepTrouble): Promise<boolean> {
  return container.limits.memoryBytes !== null && killed(exit) && watch.metMemoryLimit(container.id);
}

function killed(exit: StepExit | null): boolean {
  return exit !== null && (exit.kind === 'signal' ? exit.signal === 'SIGKILL' : exit.code === 137);
}

function oomVerdict({ container }: StepTrouble): Verdict {
  const place = container.service === null ? 'its container' : `service ${container.service}`;
  return failed('oom', `killed for memory: ${place} may use ${container.limits.memoryBytes} bytes`);
}
