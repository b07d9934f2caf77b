/** `cleangrid doctor`: what was found out about this machine, one line each, and what to do. */

import { unreachable } from '@cleangrid/core/errors.ts';
import { exitCodes } from '@cleangrid/core/verdict.ts';
import type { CommandContext } from '../command-context.ts';
import type { Finding } from '../inspection.ts';
import { oneLine } from '../one-line.ts';
import type { Paint } from '../paint.ts';
import { counted } from '../scenario-words.ts';
import { writeLines } from '../terminal.ts';

export async function doctorCommand({ terminal, inspect }: CommandContext): Promise<number> {
  const { out } = terminal;
  const findings = await inspect();
  const count = (level: Finding['level']): number => findings.filter((one) => one.level === level).length;
  writeLines(out, [...findings.flatMap((finding) => findingLines(finding, out.paint)), '']);
  if (count('problem') > 0) {
    writeLines(out, [
      out.paint.failed(`${counted(count('problem'), 'problem')}: cleangrid will not work here.`),
    ]);
    return exitCodes.grid;
  }
  const warnings = count('warning');
  writeLines(out, [
    out.paint.passed(
      warnings === 0 ? 'All is well.' : `cleangrid works here. ${counted(warnings, 'warning')}.`,
    ),
  ]);
  return exitCodes.passed;
}

function findingLines({ level, subject, message, remedy }: Finding, paint: Paint): string[] {
  const indent = ' '.repeat(9);
  return [
    `${levelText(level, paint)} ${paint.title(subject)}: ${oneLine(message)}`,
    ...(remedy === null ? [] : [`${indent}${oneLine(remedy)}`]),
  ];
}

function levelText(level: Finding['level'], paint: Paint): string {
  switch (level) {
    case 'ok':
      return paint.passed('ok'.padEnd(8));
    case 'warning':
      return paint.skipped('warning'.padEnd(8));
    case 'problem':
      return paint.failed('PROBLEM'.padEnd(8));
    default:
      return unreachable(level);
  }
}
