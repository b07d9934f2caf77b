import { existsSync } from 'node:fs';
import type { JsonReport, JsonScenario } from '@cleangrid/core/report/json.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cleangrid, type Finished, openCleangrid } from '../support/cleangrid.ts';

/** One run of a suite in which each scenario's name says the verdict it must get. */
const folder = 'test/e2e/suites/verdicts';

let cleangrid: Cleangrid;
let finished: Finished;
let report: JsonReport;
beforeAll(async () => {
  cleangrid = openCleangrid();
  ({ finished, report } = await cleangrid.report(folder, '--slots', '4'));
}, 180_000);
afterAll(() => cleangrid.remove());

function scenario(name: string): JsonScenario {
  const found = report.scenarios.find((candidate) => candidate.name.includes(name));
  if (!found) throw new Error(`no scenario named like ${name}`);
  return found;
}

test('gives each scenario the verdict that its name says', () => {
  const said = report.scenarios.map((one) => one.name.split(':')[0]);
  const got = report.scenarios.map(({ outcome, reason }) =>
    reason === null ? outcome : `${outcome} ${reason}`,
  );
  expect(report.scenarios.length).toBeGreaterThan(20);
  expect(got.map((verdict, index) => `${verdict} ← ${report.scenarios[index]?.name}`)).toEqual(
    said.map((verdict, index) => `${verdict} ← ${report.scenarios[index]?.name}`),
  );
});

test('ends with the exit code of failed scenarios', () => {
  expect(finished.exitCode).toBe(1);
});

test('gives every planned step a verdict, and those that did not pass a message', () => {
  const steps = report.scenarios.flatMap((one) => one.steps);
  expect(steps.filter(({ outcome }) => outcome === 'unfinished')).toEqual([]);
  expect(steps.filter(({ outcome, message }) => outcome !== 'passed' && !message)).toEqual([]);
});

test('runs steps inside containers: their files are not those of the host', () => {
  expect(existsSync('/usr/local/bin/docker-entrypoint.sh')).toBe(false);
  const [step] = scenario('a file of the image').steps;
  expect(step?.where?.service).toBe('db');
  expect(step?.where?.container).toMatch(/^[0-9a-f]{64}$/u);
});

describe('a failure', () => {
  test('skips what follows and runs the teardown', () => {
    expect(scenario('exit code').steps.map(({ name, outcome }) => `${name}: ${outcome}`)).toEqual([
      expect.stringContaining('failed'),
      expect.stringContaining('skipped'),
      'still runs: passed',
    ]);
  });

  test('carries expected and actual, and the place where the expectation was written', () => {
    const [check] = scenario('failed expectation: output').steps[0]?.failedChecks ?? [];
    expect(check).toMatchObject({ what: 'stdout.lines', expected: 'one\nthree', actual: 'one\ntwo\n' });
    expect(check?.source?.file).toBe(`${folder}/verdicts.cleangrid.toml`);
    expect(check?.source?.line).toBeGreaterThan(1);
  });

  test('carries the last log lines of its services', () => {
    const { serviceLogs } = scenario('its service ends before it is ready');
    expect(serviceLogs).toEqual([{ service: 'stillborn', lines: ['cannot start'] }]);
    expect(scenario('its service ends while a step runs').serviceLogs).toEqual([
      {
        service: 'dies',
        lines: ['last words', 'cleangrid: replaced by a new container: a container of the lease ended'],
      },
    ]);
  });
});

test('counts output that it does not keep', () => {
  const stdout = scenario('300 MB').steps[0]?.stdout;
  expect(stdout?.totalBytes).toBe(300_000_000);
  expect((stdout?.head.length ?? 0) + (stdout?.tail.length ?? 0) + (stdout?.cutBytes ?? 0)).toBe(300_000_000);
});

test('remembers a flaky scenario with both of its attempts', () => {
  const flaky = scenario('a failed attempt is tried again');
  expect(flaky.flaky).toBe(true);
  expect(flaky.attempts.map(({ outcome }) => outcome)).toEqual(['failed', 'passed']);
});

test('blames a step that kills its executor only the second time', () => {
  const { attempts, steps } = scenario('a step kills everything in its container');
  expect(attempts.map(({ outcome, reason }) => `${outcome} ${reason}`)).toEqual([
    'broken executor_killed',
    'failed kills_executor',
  ]);
  expect(steps[0]).toMatchObject({ outcome: 'broken', exit: null });
});
