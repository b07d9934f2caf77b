/** What a verdict is on a span. */

import { brokenReasons, cancelledReasons, failedReasons, type Verdict } from '../verdict.ts';
import type { OwnAttributes } from './own-spans.ts';
import type { SpanStatus } from './span.ts';

/** The closed list of `error.type`. */
export const errorTypes: readonly string[] = [...failedReasons, ...brokenReasons, ...cancelledReasons];

export function verdictAttributes(verdict: Verdict): Pick<OwnAttributes, 'cleangrid.outcome' | 'error.type'> {
  const { outcome } = verdict;
  if (outcome === 'passed' || outcome === 'skipped') return { 'cleangrid.outcome': outcome };
  return { 'cleangrid.outcome': outcome, 'error.type': verdict.reason };
}

export function verdictStatus(verdict: Verdict): SpanStatus {
  if (verdict.outcome === 'passed' || verdict.outcome === 'skipped') return { code: 'unset', message: '' };
  return { code: 'error', message: verdict.message };
}
