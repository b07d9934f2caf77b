/** What became of the spans that a scenario expects: waits until they are complete, as far as that can be known, and says what was missed. */

import { type Clock, sleep } from '@cleangrid/core/clock.ts';
import type { FailedCheck } from '@cleangrid/core/expectation.ts';
import { spansLookMs, spansQuietMs, spansWaitMsMax } from '@cleangrid/core/limits.ts';
import { evaluateSpans } from '@cleangrid/core/trace/evaluate-spans.ts';
import type { Span } from '@cleangrid/core/trace/span.ts';
import type { SpanExpectation, SpanExpectations } from '@cleangrid/core/trace/span-expectations.ts';
import { cancelled, failed, passed, type Verdict } from '@cleangrid/core/verdict.ts';
import type { AttemptSpans } from './attempt-spans.ts';

export interface SpanCheck {
  clock: Clock;
  expectations: SpanExpectations;
  attempt: AttemptSpans;
  /** Our own, as they are now. */
  own(): readonly Span[];
  /** Why spans may not have arrived. */
  trouble: readonly string[];
}

export interface CheckedSpans {
  verdict: Verdict;
  failedChecks: FailedCheck[];
}

/**
 * Programs send what they have within `spanScheduleMs`: after a quiet time nothing more is coming. Where something is missing it may come
 * from a program with a schedule of its own, which is waited for too; where all is met that more spans cannot change, nothing is.
 */
export async function checkSpans(check: SpanCheck, signal: AbortSignal): Promise<CheckedSpans> {
  const { clock, expectations, attempt } = check;
  const endedMs = clock.monotonicMs();
  const isLasting = expectations.every(staysMet);
  for (let seen = -1, missed: FailedCheck[] = []; ; await sleep(clock, spansLookMs)) {
    if (signal.aborted) return { verdict: cancelled('user', 'the run was cancelled'), failedChecks: [] };
    const { spans, cut, unread, lastMs } = attempt;
    if (unread !== null) return { verdict: failed('expectation', unreadWords(unread)), failedChecks: [] };
    if (cut > 0) return { verdict: failed('output_limit', cutWords(cut)), failedChecks: [] };
    if (spans.length !== seen) missed = evaluateSpans(expectations, { spans, own: check.own() });
    seen = spans.length;
    const nowMs = clock.monotonicMs();
    const isQuiet = nowMs - Math.max(endedMs, lastMs) >= spansQuietMs;
    if (missed.length === 0 && (isLasting || isQuiet)) return { verdict: passed, failedChecks: [] };
    if (nowMs - endedMs >= spansWaitMsMax) return missedBy(check, missed);
  }
}

/** Whether it holds whatever else arrives. */
function staysMet(expectation: SpanExpectation): boolean {
  switch (expectation.kind) {
    case 'span':
    case 'must_include':
      return true;
    case 'spans_total':
    case 'errors_total':
    case 'events_total':
    case 'by_name':
      return expectation.bounds.every(({ comparison }) => comparison === 'gt' || comparison === 'gte');
    default:
      return false;
  }
}

function missedBy({ attempt, trouble }: SpanCheck, missed: FailedCheck[]): CheckedSpans {
  const { unattributed } = attempt;
  const strays =
    unattributed === 0 ? [] : [`${unattributed} spans came of which it cannot be told that they are its own`];
  const said = [...strays, ...trouble];
  const failedChecks = [
    ...missed,
    ...(said.length === 0
      ? []
      : [
          {
            what: 'spans',
            expected: "every span of the scenario's programs",
            actual: said.join('\n'),
            source: null,
          },
        ]),
  ];
  // Still arriving when the time was over: whether it is met is not known.
  if (missed.length === 0) return { verdict: failed('expectation', endlessWords), failedChecks: [] };
  return {
    verdict: failed('expectation', `not met: ${missed.map(({ what }) => what).join(', ')}`),
    failedChecks,
  };
}

const endlessWords =
  'spans still arrived when they should have been complete: what is expected of all of them cannot be told';

function cutWords(cut: number): string {
  return `${cut} spans, or posts of spans, were cut: they are beyond what a scenario may send. What is expected of all spans cannot be told without them`;
}

function unreadWords(reason: string): string {
  return `what a program sent as spans could not be read: ${reason}. What is expected of all spans cannot be told without them`;
}
