/** What a step's processes used and left, in one line. */

import { formatBytes } from '@cleangrid/core/bytes.ts';
import { unreachable } from '@cleangrid/core/errors.ts';
import type { StepEvidence } from '@cleangrid/core/result.ts';

export function describeEvidence(evidence: StepEvidence): string {
  const { userCpuMs, systemCpuMs, peakMemoryBytes, survivorsKilled, oom } = evidence;
  return [
    `CPU ${formatMs(userCpuMs)} user + ${formatMs(systemCpuMs)} system`,
    `peak memory ${formatBytes(peakMemoryBytes)}`,
    ...(oom ? ['killed for memory'] : []),
    ...(survivorsKilled > 0 ? [`${survivorsKilled} left running and killed`] : []),
    processesText(evidence.processesLeft),
  ].join(', ');
}

/** Most steps need less than a millisecond. */
function formatMs(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)}ms` : `${Math.round(ms)}ms`;
}

function processesText(left: StepEvidence['processesLeft']): string {
  switch (left) {
    case 'gone':
      return 'no process left';
    case 'kept':
      return 'processes kept as asked';
    case 'dirty':
      return 'a process could not be killed';
    default:
      return unreachable(left);
  }
}
