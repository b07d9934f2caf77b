/** The digest of a run: the same for two runs where verdicts and what the programs' spans say are the same. */

import { hash } from 'node:crypto';
import { invariant } from '@cleangrid/core/errors.ts';
import { traceDigestText } from '@cleangrid/core/trace/trace-digest.ts';
import type { RunOutcome } from './run-outcome.ts';

export interface RunDigest {
  /** SHA-256 of the text, hexadecimal. */
  sha256: string;
  /** A line for each scenario, step and span. */
  text: string;
}

export function digestOf({ record, scenarios }: RunOutcome): RunDigest {
  const recorded = record.traceMode === 'off' ? 'spans not recorded\n' : '';
  const text = `${recorded}${traceDigestText(
    [...scenarios.values()].map(({ id, verdict, steps, spans }) => ({
      id,
      verdict: ended(verdict),
      steps: steps.map((step) => ({ id: step.id, verdict: ended(step.verdict) })),
      spans,
    })),
  )}`;
  return { sha256: hash('sha256', text), text };
}

function ended<Verdict>(verdict: Verdict | null): Verdict {
  invariant(verdict !== null, 'in a run that has finished everything has a verdict');
  return verdict;
}

/** The digest as a file: the hash, then what it is of. */
export async function* digestReport({ sha256, text }: RunDigest): AsyncGenerator<string> {
  yield `sha256 ${sha256}\n`;
  yield text;
}
