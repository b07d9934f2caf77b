import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorTypes } from './error-type.ts';
import { attributeMeanings, ownSpans } from './own-spans.ts';
import { renderTelemetry } from './render-telemetry.ts';

test('docs/telemetry.md says what the table of spans says', () => {
  const written = readFileSync(new URL('../../../docs/telemetry.md', import.meta.url), 'utf8');
  expect(written, 'run npm run telemetry').toBe(renderTelemetry());
});

test('every attribute in the table is one that some span carries', () => {
  const carried = new Set<string>(Object.values(ownSpans).flatMap(({ attributes }) => attributes));
  expect(Object.keys(attributeMeanings).filter((name) => !carried.has(name))).toEqual([]);
});

test('an error type has one meaning', () => {
  expect(new Set(errorTypes).size).toBe(errorTypes.length);
});
