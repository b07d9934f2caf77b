/** The kept parts of one output stream as one text that says what was cut between them. */

import type { KeptOutput } from '../result.ts';

export function wholeOutput({ head, tail, cutBytes }: KeptOutput): string {
  if (cutBytes === 0) return head + tail;
  const separator = head.endsWith('\n') ? '' : '\n';
  return `${head}${separator}… ${cutBytes} bytes were not kept …\n${tail}`;
}
