/** What can be wrong with suites. Every code is here, has a row in docs/problems.md and a test that produces it. */

import type { SourceText } from './source-text.ts';
import type { Span } from './tree.ts';

/** One line of meaning per code. 10xx reading · 11xx shape · 12xx values · 13xx names and references · 14xx expectations · 15xx workspace · 16xx services */
export const problemMeanings = {
  CG1001: 'The file is not valid TOML or YAML.',
  CG1002: 'A key is written twice.',
  CG1003: 'The file is too large, nests too deeply or grows too much through YAML aliases.',
  CG1004: 'The file name does not say in which notation it is written.',
  CG1005: 'A feature of YAML that suites do not use.',
  CG1101: 'No such key.',
  CG1102: 'A key or value of the suite language that this version does not support yet.',
  CG1103: 'A value of another kind is needed.',
  CG1104: 'A key that is needed is missing.',
  CG1105: 'Something that must not be empty is empty.',
  CG1106: 'Keys that exclude each other, or none of them where one is needed.',
  CG1201: 'Not a duration, or not a size, with its unit.',
  CG1202: 'A number out of its range.',
  CG1203: 'Not one of the words allowed here.',
  CG1204: 'A name that cannot be used.',
  CG1205: 'Text that no program can be given: it has a NUL or half a character.',
  CG1206: 'A path that is not of the kind needed here.',
  CG1207: 'Not the name of an image.',
  CG1301: 'A reference to something that does not exist.',
  CG1302: 'No service of that name.',
  CG1303: 'A capture that no earlier step of the scenario makes.',
  CG1304: 'A reference, or a capture, in a place that cannot have one.',
  CG1305: 'A reference where the shell would not expand it.',
  CG1306: 'A reference that is not written as `${kind.name}`.',
  CG1307: 'The same name twice.',
  CG1308: 'A --var that no suite declares in [vars].',
  CG1309: 'A step has no place to run in.',
  CG1310: 'A service that no scenario uses; it is never started.',
  CG1401: 'Not a regular expression.',
  CG1402: 'Not a path into JSON.',
  CG1403: 'Expectations that can never be met together.',
  CG1404: 'Not an expectation of an exit.',
  CG1405: 'Expectations on spans of a scenario whose steps run apart.',
  CG1501: 'The workspace has no such file.',
  CG1502: 'A pattern of the workspace that matches no file.',
  CG1601: 'An isolation that the reset of the service cannot give.',
  CG1602: 'A setting of a service that could have no effect.',
  CG1603: 'Two services whose environment variables have the same names.',
  CG1604: 'A value of a service that is not known.',
} as const;

export type ProblemCode = keyof typeof problemMeanings;

export interface Problem {
  code: ProblemCode;
  /** A plan is made in spite of warnings, never in spite of errors. */
  severity: 'error' | 'warning';
  file: string;
  /** 1-based; columns count UTF-16 code units. */
  line: number;
  column: number;
  /** Exclusive, on the same line. */
  endColumn: number;
  message: string;
  /** What was probably meant, or what to do. */
  hint: string | null;
}

const warnings: ReadonlySet<ProblemCode> = new Set(['CG1310', 'CG1502']);

/** What a problem says, apart from where. */
export interface ProblemText {
  code: ProblemCode;
  message: string;
  hint?: string;
}

export function problemAt(source: SourceText, span: Span, { code, message, hint }: ProblemText): Problem {
  return {
    code,
    severity: warnings.has(code) ? 'warning' : 'error',
    ...source.range(span),
    message: printable(message),
    hint: hint === undefined ? null : printable(hint),
  };
}

/** Messages repeat what users wrote, which must not control their terminal. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === 'error');
}

/** By file in order of appearance, then by place; what was found twice, through a YAML alias, is kept once. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const distinct = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  const ranks = new Map<string, number>();
  for (const { file } of problems) if (!ranks.has(file)) ranks.set(file, ranks.size);
  const rank = ({ file }: Problem): number => ranks.get(file) ?? 0;
  return [...distinct.values()].sort(
    (left, right) => rank(left) - rank(right) || left.line - right.line || left.column - right.column,
  );
}

/** User text inside a message: in backticks, and not longer than a message should be. */
export function quoted(text: string): string {
  return `\`${text.length > 60 ? `${text.slice(0, 57)}…` : text}\``;
}
