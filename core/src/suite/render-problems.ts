/** Problems for people (text with source line and caret), for programs (JSON) and for GitHub (annotations). */

import { problemsShownMax } from '../limits.ts';
import type { Problem } from './problem.ts';

/** Colours a piece of text by what it is. The identity where there is no terminal. */
export type Paint = (style: 'error' | 'warning' | 'place' | 'dim' | 'hint', text: string) => string;

export interface RenderedFile {
  path: string;
  text: string;
}

const plain: Paint = (_style, text) => text;
/** Of a source line, around what is wrong: a minified file is one line. */
const excerptLength = 120;

/** One block a problem, an empty line between them, no newline at the end; the most important first line is `file:line:column: …`. */
export function renderProblemsText(
  problems: readonly Problem[],
  files: readonly RenderedFile[],
  paint: Paint = plain,
): string {
  const lines = new Map<string, string[]>();
  const linesOf = (file: string): string[] => {
    const known = lines.get(file);
    if (known) return known;
    const text = files.find(({ path }) => path === file)?.text ?? '';
    const read = text.replace(/^\uFEFF/u, '').split(/\r?\n/u);
    lines.set(file, read);
    return read;
  };
  const shown = problems.slice(0, problemsShownMax);
  const blocks = shown.map((problem) =>
    renderBlock(problem, linesOf(problem.file)[problem.line - 1] ?? '', paint),
  );
  if (shown.length < problems.length) blocks.push(`… and ${problems.length - shown.length} more`);
  return blocks.join('\n\n');
}

function renderBlock(problem: Problem, sourceLine: string, paint: Paint): string {
  const { severity, code, message, hint } = problem;
  const place = paint('place', placeOf(problem));
  const head = `${place}: ${paint(severity, `${severity} ${code}`)}: ${message}`;
  const gutter = ' '.repeat(Math.max(3, String(problem.line).length));
  const rows = [head];
  if (sourceLine.trim() !== '') {
    const { excerpt, caretIndent, caretLength } = excerptAround(sourceLine, problem);
    rows.push(`${paint('dim', ` ${String(problem.line).padStart(gutter.length)} |`)} ${excerpt}`);
    rows.push(`${paint('dim', ` ${gutter} |`)} ${caretIndent}${paint(severity, '^'.repeat(caretLength))}`);
  }
  if (hint !== null) rows.push(`${paint('dim', ` ${gutter} =`)} ${paint('hint', hint)}`);
  return rows.join('\n');
}

/** What came by an option has no line. */
function placeOf({ file, line, column }: Problem): string {
  return file.startsWith('--') ? file : `${file}:${line}:${column}`;
}

function excerptAround(
  line: string,
  { column, endColumn }: Problem,
): { excerpt: string; caretIndent: string; caretLength: number } {
  const start = column - 1;
  const end = Math.min(Math.max(endColumn - 1, start + 1), start + excerptLength);
  const from = end <= excerptLength ? 0 : Math.max(0, start - 20);
  const to = from + excerptLength + 20;
  const visible = (text: string): string => text.replace(/\t/gu, '    ').replace(/\p{C}/gu, '·');
  const before = (from > 0 ? '…' : '') + visible(line.slice(from, start));
  const marked = visible(line.slice(start, end));
  const after = visible(line.slice(end, to)) + (line.length > to ? '…' : '');
  return {
    excerpt: before + marked + after,
    caretIndent: ' '.repeat(columnsOf(before)),
    caretLength: Math.max(1, columnsOf(marked)),
  };
}

/** Columns on a terminal: wide characters take two, combining ones none. */
function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue;
    columns += wide.test(character) ? 2 : 1;
  }
  return columns;
}

const wide =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}/u;

/** `{ "problems": […], "omitted": n }`, one line a problem. */
export function renderProblemsJson(problems: readonly Problem[]): string {
  const shown = problems.slice(0, problemsShownMax).map((problem) => `  ${JSON.stringify(problem)}`);
  const omitted = problems.length - shown.length;
  return `{"problems":[${shown.length > 0 ? `\n${shown.join(',\n')}\n` : ''}],"omitted":${omitted}}`;
}

/** Workflow commands that GitHub shows beside the lines of a pull request. */
export function renderProblemsGithub(problems: readonly Problem[]): string {
  return problems
    .slice(0, problemsShownMax)
    .map(({ severity, code, file, line, column, endColumn, message, hint }) => {
      const place = file.startsWith('--')
        ? []
        : [`file=${escapeProperty(file)}`, `line=${line}`, `col=${column}`, `endColumn=${endColumn}`];
      const properties = [...place, `title=cleangrid ${code}`].join(',');
      return `::${severity} ${properties}::${escapeData(hint === null ? message : `${message} (${hint})`)}`;
    })
    .join('\n');
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
