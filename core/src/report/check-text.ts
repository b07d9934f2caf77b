/** A missed expectation as plain text, for reports that cannot draw a diff. */

import type { FailedCheck } from '../expectation.ts';
import type { SourcePlace } from '../plan.ts';

export function checkText({ what, expected, actual, source }: FailedCheck): string {
  const place = source === null ? '' : ` (${placeText(source)})`;
  return `${what}${place}\nexpected: ${expected}\nactual:   ${actual}`;
}

/** As compilers print it, so that terminals and editors make a link of it. */
export function placeText({ file, line, column }: SourcePlace): string {
  return `${file}:${line}:${column}`;
}
