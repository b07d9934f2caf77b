import type { StepResult } from '@cleangrid/core/result.ts';

/** Ids, numbers and the object itself. */
const fixedBytes = 500;

/** Roughly what a result occupies, in memory and on the wire. */
export function resultBytes(result: StepResult): number {
  const message = 'message' in result.verdict ? result.verdict.message.length : 0;
  const checks = result.failedChecks.reduce(
    (sum, check) => sum + check.what.length + check.expected.length + check.actual.length,
    0,
  );
  const outputs = [result.stdout, result.stderr].reduce(
    (sum, output) => sum + output.head.length + output.tail.length,
    0,
  );
  return fixedBytes + message + checks + outputs;
}
