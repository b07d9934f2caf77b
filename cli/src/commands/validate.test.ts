import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suiteFileBytesMax } from '@cleangrid/core/limits.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeContext, fakeContext } from '../fake/fake-context.ts';
import type { ValidateOptions } from '../handlers.ts';
import { planCommand } from './plan.ts';
import { validateCommand } from './validate.ts';

let cwd: string;
let context: FakeContext;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'cleangrid-validate-'));
  context = fakeContext({ cwd });
});
afterEach(() => rmSync(cwd, { recursive: true }));

const good = `
[suite]
name = "orders"
[vars]
word = "hello"
[[scenario]]
name = "checkout"
tags = ["smoke"]
image = "debian:12-slim"
[[scenario.steps]]
command = ["echo", "\${vars.word}"]
[[scenario]]
name = "refund"
image = "debian:12-slim"
[[scenario.steps]]
run = "true"
`;

async function validate(
  text: string,
  options: Partial<ValidateOptions> = {},
): Promise<{ code: number; out: string }> {
  writeFileSync(join(cwd, 'orders.cleangrid.toml'), text);
  const code = await validateCommand([], { format: 'text', var: {}, ...options }, context);
  return { code, out: context.terminal.out.text() };
}

test('says that all is valid, and how much that is', async () => {
  expect(await validate(good)).toEqual({ code: 0, out: '1 suite valid: 2 scenarios, 2 steps\n' });
});

test('says every problem with its place, and exits with 2', async () => {
  const { code, out } = await validate(
    good.replace('tags =', 'tgas =').replace('name = "refund"', 'name = 7'),
  );
  expect(code).toBe(2);
  expect(out).toContain('orders.cleangrid.toml:8:1: error CG1101');
  expect(out).toContain('orders.cleangrid.toml:13:8: error CG1103');
  expect(out).toContain('2 errors in 1 suite\n');
});

test('exits with 0 when there are only warnings, and says them', async () => {
  const { code, out } = await validate(`${good}[services.idle]\nimage = "redis:7"\n`);
  expect(code).toBe(0);
  expect(out).toContain('warning CG1310');
  expect(out).toContain('1 suite valid: 2 scenarios, 2 steps, 1 warning\n');
});

test('prints problems for programs', async () => {
  const { out } = await validate(good.replace('tags =', 'tgas ='), { format: 'json' });
  expect(JSON.parse(out)).toMatchObject({ problems: [{ code: 'CG1101', line: 8 }], omitted: 0 });
});

test('prints problems for GitHub, and nothing when there are none', async () => {
  expect((await validate(good, { format: 'github' })).out).toBe('');
  const { out } = await validate(good.replace('tags =', 'tgas ='), { format: 'github' });
  expect(out).toMatch(/^::error file=orders.cleangrid.toml,line=8,col=1,/u);
});

test('refuses a file that is too large, whatever its characters', async () => {
  const { code, out } = await validate(`# ${'é'.repeat(suiteFileBytesMax)}\n`);
  expect(code).toBe(2);
  expect(out).toContain('error CG1003');
});

test('takes the values of variables', async () => {
  expect((await validate(good, { var: { wrod: 'x' } })).out).toContain('--var: error CG1308');
});

test('shows the plan of what is selected', async () => {
  writeFileSync(join(cwd, 'orders.cleangrid.toml'), good);
  const selection = { select: [], tag: [], var: { word: 'bye' } };
  expect(await planCommand([], selection, context)).toBe(0);
  const whole = context.terminal.out.text();
  expect(whole).toContain('echo bye');
  expect(whole).toContain('refund');
  context = fakeContext({ cwd });
  await planCommand([], { ...selection, tag: ['smoke'] }, context);
  expect(context.terminal.out.text()).not.toContain('refund');
  context = fakeContext({ cwd });
  await planCommand([], { ...selection, select: ['ref'], json: true }, context);
  expect(JSON.parse(context.terminal.out.text())).toMatchObject({ scenarios: [{ name: 'refund' }] });
});

test('shows no plan of broken suites or of an empty selection', async () => {
  writeFileSync(join(cwd, 'orders.cleangrid.toml'), good);
  const none = planCommand([], { select: ['none'], tag: [], var: {} }, context);
  await expect(none).rejects.toMatchObject({ code: 'nothing_selected' });
  writeFileSync(join(cwd, 'orders.cleangrid.toml'), '[suite]\n');
  const broken = planCommand([], { select: [], tag: [], var: {} }, context);
  await expect(broken).rejects.toMatchObject({ code: 'bad_suite' });
});
