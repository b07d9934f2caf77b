import { expect, test } from 'vitest';
import { capture } from './capture.ts';
import type { Observed } from './evaluate.ts';
import { captureBytesMax } from './limits.ts';
import type { Capture } from './plan.ts';
import { fillTemplate } from './template.ts';

const source = { file: 'a.toml', line: 1, column: 1 };
const observed = (stdout: string): Observed => ({
  exit: { kind: 'code', code: 3 },
  stdout: { text: stdout, complete: true },
  stderr: { text: 'warned: 7', complete: true },
  durationMs: 1,
});

const found: [Capture['from'], string, string][] = [
  [{ kind: 'stdout', pattern: '^(\\d+)' }, 'id\n42 rows', '42'],
  [{ kind: 'stdout', pattern: '\\d+' }, 'id 42', '42'],
  [{ kind: 'stderr', pattern: 'warned: (.*)' }, '', '7'],
  [{ kind: 'json', path: '$.id' }, '{"id":"x y"}', 'x y'],
  [{ kind: 'json', path: '$.ids' }, '{"ids":[1,2]}', '[1,2]'],
  [{ kind: 'exit' }, '', '3'],
];

test.each(found)('captures by %j from %j: %j', (from, stdout, value) => {
  const { values, failed } = capture([{ name: 'it', from, source }], observed(stdout));
  expect(failed).toEqual([]);
  expect(
    fillTemplate(['<', { kind: 'capture', name: 'it' }, '>'], { captures: values, services: new Map() }),
  ).toBe(`<${value}>`);
});

test.each([
  [{ kind: 'stdout', pattern: 'absent' }, 'x'],
  [{ kind: 'json', path: '$.absent' }, '{}'],
  [{ kind: 'json', path: '$.id' }, 'no json'],
  [{ kind: 'stdout', pattern: '[^]*' }, 'x'.repeat(captureBytesMax + 1)],
  [{ kind: 'stdout', pattern: '[^]+' }, 'a\0b'],
] as [Capture['from'], string][])('fails the capture %j where it finds nothing usable', (from, stdout) => {
  const { values, failed } = capture([{ name: 'it', from, source }], observed(stdout));
  expect(values.size).toBe(0);
  expect(failed.map((check) => check.what)).toEqual(['capture it']);
});
