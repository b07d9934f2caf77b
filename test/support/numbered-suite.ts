/** A suite of scenarios that take a moment each, and what must be true of every run of it, whatever was killed meanwhile. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonReport } from '@cleangrid/core/report/json.ts';
import { expect } from 'vitest';
import type { Finished } from './cleangrid.ts';

export const stepsEach = 3;

/** Returns the folder. `seconds` is what a step takes. */
export function writeNumberedSuite(count: number, seconds: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'cleangrid-numbered-'));
  const steps = Array.from(
    { length: stepsEach },
    (_, step) =>
      `      - run: sleep ${seconds}; echo "step ${step}"\n        expect: { stdout: { contains: step ${step} } }`,
  ).join('\n');
  const scenarios = Array.from(
    { length: count },
    (_, number) => `  - name: number ${number}\n    image: debian:12-slim\n    steps:\n${steps}`,
  ).join('\n');
  writeFileSync(
    join(folder, 'numbered.cleangrid.yaml'),
    `suite:\n  name: numbered\nscenario:\n${scenarios}\n`,
  );
  return folder;
}

/** Every planned step has one verdict, none failed, nothing was counted twice, and what had ended was not run again. */
export function expectWhole(finished: Finished, report: JsonReport, count: number): void {
  expect(finished).toMatchObject({ exitCode: 0 });
  expect(report.run.scenarios).toMatchObject({
    passed: count,
    failed: 0,
    broken: 0,
    cancelled: 0,
    skipped: 0,
  });
  expect(report.run.steps).toMatchObject({ passed: count * stepsEach, failed: 0, broken: 0 });
  expect(report.scenarios.map(({ name }) => name)).toEqual(
    Array.from({ length: count }, (_, number) => `number ${number}`),
  );
  for (const { attempts } of report.scenarios) {
    const ended = attempts.filter(({ outcome }) => outcome === 'passed');
    expect(ended).toEqual([attempts.at(-1)]);
  }
  const told = [...finished.stdout.matchAll(/^(?:passed|FLAKY) .* {2}(number \d+)(?: \(.*)?$/gmu)].map(
    ([, name]) => name,
  );
  expect(told).toHaveLength(count);
  expect(new Set(told)).toEqual(new Set(report.scenarios.map(({ name }) => name)));
}
