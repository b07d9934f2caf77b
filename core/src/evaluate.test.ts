import { expect, test } from 'vitest';
import { evaluate, needsCutOutput, type Observed } from './evaluate.ts';
import type { ExitExpectation, Expectations, OutputExpectation } from './expectation.ts';
import { checkTextMax } from './limits.ts';
import type { StepExit } from './result.ts';

const source = { file: 'a.toml', line: 1, column: 1 };
const anyExit: ExitExpectation = { kind: 'any', source: null };
const observed = (change: Partial<Observed> = {}): Observed => ({
  exit: { kind: 'code', code: 0 },
  stdout: { text: '', complete: true },
  stderr: { text: '', complete: true },
  durationMs: 10,
  ...change,
});
const expectations = (change: Partial<Expectations> = {}): Expectations => ({
  exit: anyExit,
  stdout: [],
  stderr: [],
  duration: [],
  ...change,
});

const code = (value: number): StepExit => ({ kind: 'code', code: value });
const exits: [ExitExpectation, StepExit, boolean][] = [
  [{ kind: 'codes', codes: [0], source }, code(0), true],
  [{ kind: 'codes', codes: [0], source }, code(3), false],
  [{ kind: 'codes', codes: [0, 2], source }, code(2), true],
  [{ kind: 'codes', codes: [137], source }, { kind: 'signal', signal: 'SIGKILL' }, false],
  [{ kind: 'not', code: 0, source }, code(1), true],
  [{ kind: 'not', code: 0, source }, code(0), false],
  [{ kind: 'not', code: 0, source }, { kind: 'signal', signal: 'SIGSEGV' }, false],
  [{ kind: 'any', source }, code(9), true],
  [{ kind: 'any', source }, { kind: 'signal', signal: 'SIGKILL' }, true],
  [{ kind: 'signal', signal: 'SIGTERM', source }, { kind: 'signal', signal: 'SIGTERM' }, true],
  [{ kind: 'signal', signal: 'SIGTERM', source }, code(143), false],
];

test.each(exits)('judges the exit: %j of %j is met: %s', (expectation, exit, met) => {
  expect(evaluate(expectations({ exit: expectation }), observed({ exit })).length).toBe(met ? 0 : 1);
});

const outputs: [OutputExpectation, string, boolean][] = [
  [{ kind: 'equals', text: 'a', source }, 'a', true],
  [{ kind: 'equals', text: 'a', source }, 'a\n', true],
  [{ kind: 'equals', text: 'a', source }, 'a\n\n', false],
  [{ kind: 'equals', text: 'a\n', source }, 'a', false],
  [{ kind: 'contains', text: 'b', source }, 'abc', true],
  [{ kind: 'contains', text: 'x', source }, 'abc', false],
  [{ kind: 'not_contains', text: 'x', source }, 'abc', true],
  [{ kind: 'not_contains', text: 'b', source }, 'abc', false],
  [{ kind: 'matches', pattern: '^\\d+$', source }, 'one\n22\n', true],
  [{ kind: 'matches', pattern: '^\\d+$', source }, 'one', false],
  [{ kind: 'not_matches', pattern: 'ERR', source }, 'fine', true],
  [{ kind: 'not_matches', pattern: 'ERR', source }, 'an ERROR', false],
  [{ kind: 'lines', lines: ['a', 'b'], source }, 'a\nb\n', true],
  [{ kind: 'lines', lines: ['a', 'b'], source }, 'b\na\n', false],
  [{ kind: 'empty', empty: true, source }, '', true],
  [{ kind: 'empty', empty: true, source }, '\n', false],
  [{ kind: 'empty', empty: false, source }, 'x', true],
  [{ kind: 'empty', empty: false, source }, '', false],
  [{ kind: 'json', values: { '$.a[0]': 1 }, source }, '{"a":[1]}', true],
  [{ kind: 'json', values: { $: { b: 2, a: 1 } }, source }, '{"a":1,"b":2}', true],
  [{ kind: 'json', values: { '$.a': 1 }, source }, '{"a":"1"}', false],
  [{ kind: 'json', values: { '$.b': null }, source }, '{"a":1}', false],
  [{ kind: 'json', values: { $: 1 }, source }, 'no json', false],
];

test.each(outputs)('judges output: %j of %j is met: %s', (expectation, text, met) => {
  const output = { text, complete: true };
  const onStdout = evaluate(expectations({ stdout: [expectation] }), observed({ stdout: output }));
  const onStderr = evaluate(expectations({ stderr: [expectation] }), observed({ stderr: output }));
  expect(onStdout.map((check) => check.what)).toEqual(met ? [] : [`stdout.${expectation.kind}`]);
  expect(onStderr.map((check) => check.what)).toEqual(met ? [] : [`stderr.${expectation.kind}`]);
});

test('names only the JSON paths that differ, expected beside actual', () => {
  const json: OutputExpectation = { kind: 'json', values: { '$.a': 1, '$.b': 2, '$.c': 3 }, source };
  const [check] = evaluate(
    expectations({ stdout: [json] }),
    observed({ stdout: { text: '{"a":1,"b":7}', complete: true } }),
  );
  expect(check).toEqual({
    what: 'stdout.json',
    expected: '$.b = 2\n$.c = 3',
    actual: '$.b = 7\n$.c = (nothing)',
    source,
  });
});

test.each([
  ['lt', 10, false],
  ['lte', 10, true],
  ['gt', 10, false],
  ['gte', 10, true],
] as const)('judges a duration of 10 ms as %s %d: %s', (comparison, limitMs, met) => {
  const checks = evaluate(expectations({ duration: [{ comparison, limitMs, source }] }), observed());
  expect(checks.length).toBe(met ? 0 : 1);
});

test('knows when an expectation needs output that was cut', () => {
  const stdout = { text: 'a', complete: false };
  const contains: OutputExpectation = { kind: 'not_contains', text: 'x', source };
  expect(needsCutOutput(expectations({ stdout: [contains] }), observed({ stdout }))).toBe(true);
  expect(needsCutOutput(expectations({ stderr: [contains] }), observed({ stdout }))).toBe(false);
  expect(needsCutOutput(expectations({ stdout: [contains] }), observed())).toBe(false);
});

test('keeps no more of a long output beside an unmet expectation than a person reads', () => {
  const stdout = { text: 'x'.repeat(10 * checkTextMax), complete: true };
  const [missed] = evaluate(
    expectations({ stdout: [{ kind: 'contains', text: 'y'.repeat(2 * checkTextMax), source }] }),
    observed({ stdout }),
  );
  expect(missed?.actual).toContain(`${9 * checkTextMax} characters cut`);
  expect(missed?.expected).toContain(`${checkTextMax} characters cut`);
});
