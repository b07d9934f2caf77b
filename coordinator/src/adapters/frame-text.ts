/** The results of a frame as the store keeps them: what most results have alike is left out, which is three quarters of them. */

import { noOutput, type StepPlace, type StepResult } from '@cleangrid/core/result.ts';
import { passed } from '@cleangrid/core/verdict.ts';

/** A field that is missing is that of `usual`; a missing `where` is that of the result before. */
type KeptResult = Pick<StepResult, 'step'> & Partial<StepResult>;

const usual: Omit<StepResult, 'step'> = {
  verdict: passed,
  startedAtMs: null,
  durationMs: 0,
  exit: { kind: 'code', code: 0 },
  failedChecks: [],
  stdout: noOutput,
  stderr: noOutput,
  where: null,
  evidence: null,
};

export function frameText(results: StepResult[]): string {
  let where: StepPlace | null = null;
  return JSON.stringify(
    results.map((result) => {
      const kept = keptOf(result);
      if (!isSamePlace(where, result.where)) kept.where = result.where;
      ({ where } = result);
      return kept;
    }),
  );
}

export function resultsOfText(text: string): StepResult[] {
  let where: StepPlace | null = null;
  return (JSON.parse(text) as KeptResult[]).map((kept) => {
    const result = { ...usual, where, ...kept };
    ({ where } = result);
    return result;
  });
}

function keptOf(result: StepResult): KeptResult {
  const { step, verdict, startedAtMs, durationMs, exit, failedChecks, stdout, stderr, evidence } = result;
  const kept: KeptResult = { step };
  if (verdict.outcome !== 'passed') kept.verdict = verdict;
  if (startedAtMs !== null) kept.startedAtMs = startedAtMs;
  if (durationMs !== 0) kept.durationMs = durationMs;
  if (exit?.kind !== 'code' || exit.code !== 0) kept.exit = exit;
  if (failedChecks.length > 0) kept.failedChecks = failedChecks;
  if (stdout.totalBytes > 0) kept.stdout = stdout;
  if (stderr.totalBytes > 0) kept.stderr = stderr;
  if (evidence !== null) kept.evidence = evidence;
  return kept;
}

function isSamePlace(one: StepPlace | null, other: StepPlace | null): boolean {
  if (one === null || other === null) return one === other;
  return (
    one.container === other.container &&
    one.agent === other.agent &&
    one.service === other.service &&
    one.executor === other.executor
  );
}
