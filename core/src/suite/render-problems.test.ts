import { expect, test } from 'vitest';
import { problemsShownMax } from '../limits.ts';
import { compileText } from './compile-text.ts';
import type { Problem } from './problem.ts';
import {
  type Paint,
  renderProblemsGithub,
  renderProblemsJson,
  renderProblemsText,
} from './render-problems.ts';

const path = 'a.cleangrid.toml';

function textOf(text: string, vars: Record<string, string> = {}): string {
  return renderProblemsText(compileText(text, { vars }).problems, [{ path, text }]);
}

const someProblem: Problem = {
  code: 'CG1101',
  severity: 'error',
  file: 'x,y:z.toml',
  line: 3,
  column: 5,
  endColumn: 9,
  message: '100% wrong\nreally',
  hint: 'no hint',
};

test('shows place, code, message, source line, caret and hint', () => {
  const text =
    '[suite]\nnmae = "s"\n[[scenario]]\nname = "c"\nimage = "i"\nsteps = [{ run = "x", tiemout = "5s" }]\n';
  expect(textOf(text)).toBe(
    `
a.cleangrid.toml:1:2: error CG1104: [suite] needs \`name\`
   1 | [suite]
     |  ^^^^^

a.cleangrid.toml:2:1: error CG1101: [suite] has no key \`nmae\`
   2 | nmae = "s"
     | ^^^^
     = did you mean \`name\`?

a.cleangrid.toml:6:23: error CG1101: a step has no key \`tiemout\`
   6 | steps = [{ run = "x", tiemout = "5s" }]
     |                       ^^^^^^^
     = did you mean \`timeout\`?
`.trim(),
  );
});

test.each([
  ['tabs', '\tnonsense = 1', ['   1 |     nonsense = 1', '     |     ^^^^^^^^']],
  ['wide characters', '"日本é" = 1', ['   1 | "日本é" = 1', '     | ^^^^^^^']],
  ['control characters', '"\u200b\u0085x" = 1', ['   1 | "··x" = 1', '     | ^^^^^']],
  ['CRLF', 'nonsense = 1\r\n', ['   1 | nonsense = 1', '     | ^^^^^^^^']],
])('the caret stands under what it means, with %s', (_what, line, rows) => {
  const shown = textOf(line)
    .split('\n\n')
    .find((block) => block.includes('CG1101') || block.includes('CG1001'));
  expect(shown?.split('\n').slice(1, 3)).toEqual(rows);
  expect(shown).not.toMatch(/[^\P{C}\n]/u);
});

test('shows the part of a long line that matters', () => {
  const shown = textOf(
    `a = "${'x'.repeat(5000)}"\n[suite]\nname="s"\nlist = [${'1, '.repeat(500)}2]; ${'y'.repeat(900)}`,
  );
  for (const line of shown.split('\n')) expect(line.length).toBeLessThan(170);
});

test('says of a --var that it is the option that is wrong', () => {
  const text =
    '[suite]\nname = "s"\n[vars]\nuser = 1\n[[scenario]]\nname = "c"\nimage = "i"\nsteps = [{ run = "x" }]\n';
  expect(textOf(text, { usr: 'x' })).toBe(
    '--var: error CG1308: no suite declares the variable `usr` in [vars]\n     = did you mean `user`?',
  );
});

test('counts what is too much to show', () => {
  const problems = Array.from({ length: problemsShownMax + 5 }, () => someProblem);
  expect(renderProblemsText(problems, []).endsWith('… and 5 more')).toBe(true);
  const parsed = JSON.parse(renderProblemsJson(problems)) as { problems: Problem[]; omitted: number };
  expect([parsed.problems.length, parsed.omitted]).toEqual([problemsShownMax, 5]);
});

test('paints what it is told to paint', () => {
  const paint: Paint = (style, text) => `<${style}>${text}</${style}>`;
  const painted = renderProblemsText([someProblem], [{ path: 'x,y:z.toml', text: '1\n2\n    abcd' }], paint);
  expect(painted.split('\n')).toEqual([
    '<place>x,y:z.toml:3:5</place>: <error>error CG1101</error>: 100% wrong',
    'really',
    '<dim>   3 |</dim>     abcd',
    '<dim>     |</dim>     <error>^^^^</error>',
    '<dim>     =</dim> <hint>no hint</hint>',
  ]);
});

test('is JSON when there is no problem, too', () => {
  expect(JSON.parse(renderProblemsJson([]))).toEqual({ problems: [], omitted: 0 });
  expect(JSON.parse(renderProblemsJson([someProblem]))).toEqual({ problems: [someProblem], omitted: 0 });
});

test('escapes what would end an annotation of GitHub', () => {
  expect(renderProblemsGithub([someProblem])).toBe(
    '::error file=x%2Cy%3Az.toml,line=3,col=5,endColumn=9,title=cleangrid CG1101::100%25 wrong%0Areally (no hint)',
  );
  expect(renderProblemsGithub([{ ...someProblem, file: '--var', hint: null, severity: 'warning' }])).toBe(
    '::warning title=cleangrid CG1101::100%25 wrong%0Areally',
  );
});
