/** `Verdict` ↔ `cleangrid.v1.Verdict`. */

import { create } from '@bufbuild/protobuf';
import { unreachable } from '@cleangrid/core/errors.ts';
import {
  broken,
  brokenReasons,
  cancelled,
  cancelledReasons,
  failed,
  failedReasons,
  type OutcomeCounts,
  passed,
  skipped,
  skippedReasons,
  type Verdict,
} from '@cleangrid/core/verdict.ts';
import { Outcome, VerdictSchema, type Verdict as WireVerdict } from './gen/cleangrid/v1/result_pb.ts';
import { OutcomeCountsSchema, type OutcomeCounts as WireCounts } from './gen/cleangrid/v1/runs_pb.ts';
import { required, unreadable } from './unreadable.ts';
import { wireEnum } from './wire-enum.ts';

const outcomes = wireEnum('outcome', {
  passed: Outcome.PASSED,
  failed: Outcome.FAILED,
  broken: Outcome.BROKEN,
  skipped: Outcome.SKIPPED,
  cancelled: Outcome.CANCELLED,
});

export function encodeVerdict(verdict: Verdict): WireVerdict {
  const outcome = outcomes.encode(verdict.outcome);
  if (verdict.outcome === 'passed') return create(VerdictSchema, { outcome });
  const { reason, message } = verdict;
  return create(VerdictSchema, { outcome, reason, message });
}

export function decodeVerdict(wire: WireVerdict | undefined): Verdict {
  const { outcome, reason, message } = required(wire, 'verdict');
  const word = outcomes.decode(outcome);
  switch (word) {
    case 'passed':
      return passed;
    case 'failed':
      return failed(oneOf(failedReasons, reason), message);
    case 'broken':
      return broken(oneOf(brokenReasons, reason), message);
    case 'skipped':
      return skipped(oneOf(skippedReasons, reason), message);
    case 'cancelled':
      return cancelled(oneOf(cancelledReasons, reason), message);
    default:
      return unreachable(word);
  }
}

export function encodeCounts(counts: OutcomeCounts): WireCounts {
  return create(OutcomeCountsSchema, counts);
}

export function decodeCounts(wire: WireCounts | undefined): OutcomeCounts {
  const { passed, failed, broken, skipped, cancelled, flaky } = required(wire, 'outcome counts');
  return { passed, failed, broken, skipped, cancelled, flaky };
}

function oneOf<Word extends string>(words: readonly Word[], text: string): Word {
  return words.find((word) => word === text) ?? unreadable(`the reason '${text}'`);
}
