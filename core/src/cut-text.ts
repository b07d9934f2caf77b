/** Long texts as people and wires can bear them. */

import { checkTextMax } from './limits.ts';

/** At most `checkTextMax` characters of a text, half from its start, half from its end, and between them how many are missing. */
export function cutText(text: string): string {
  const cutCount = text.length - checkTextMax;
  if (cutCount <= 0) return text;
  const head = text.slice(0, checkTextMax / 2);
  const tail = text.slice(-checkTextMax / 2);
  // A character of two halves may have lost one.
  return `${head}\n… ${cutCount} characters cut …\n${tail}`.toWellFormed();
}
