/** One output stream of a step for people: all that was kept, as it was. */

import { wholeOutput } from '@cleangrid/core/report/whole-output.ts';
import type { KeptOutput } from '@cleangrid/core/result.ts';
import { cleanText } from './one-line.ts';
import type { Paint } from './paint.ts';

export function outputLines(name: string, output: KeptOutput, paint: Paint): string[] {
  if (output.totalBytes === 0) return [];
  const lines = cleanText(wholeOutput(output)).replace(/\n$/u, '').split('\n');
  const cut = output.cutBytes === 0 ? '' : `, ${output.cutBytes} of ${output.totalBytes} bytes were not kept`;
  return [`  ${paint.faint(`${name}${cut}`)}`, ...lines.map((line) => `  ${paint.faint('│')} ${line}`)];
}
