import type { KeptOutput, StepResult } from '@cleangrid/core/result.ts';

/** Ids, numbers and the object itself. */
const fixedBytes = 500;

/** Roughly what a result occupies, in memory and on the wire. */
export function resultBytes({ verdict, failedChecks, stdout, stderr }: StepResult): number {
  let bytes = fixedBytes + keptChars(stdout) + keptChars(stderr);
  if ('message' in verdict) bytes += verdict.message.length;
  for (const { what, expected, actual } of failedChecks)
    bytes += what.length + expected.length + actual.length;
  return bytes;
}

function keptChars({ head, tail }: KeptOutput): number {
  return head.length + tail.length;
}
