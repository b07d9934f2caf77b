import type { JsonReport, JsonStep } from '@cleangrid/core/report/json.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cleangrid, type Finished, openCleangrid } from '../support/cleangrid.ts';

let cleangrid: Cleangrid;
let finished: Finished;
let report: JsonReport;
beforeAll(async () => {
  cleangrid = openCleangrid();
  // one slot: in the order of the file
  ({ finished, report } = await cleangrid.report('test/e2e/suites/processes', '--slots', '1'));
});
afterAll(() => cleangrid.remove());

function step(name: string): JsonStep {
  const found = report.scenarios.flatMap(({ steps }) => steps).find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no step named ${name}`);
  return found;
}

test('lets a daemon that is kept on purpose live as long as its scenario, and no longer', () => {
  expect(finished).toMatchObject({ exitCode: 0 });
  expect(step('keep').evidence).toMatchObject({ processesLeft: 'kept', survivorsKilled: 0 });
});

test('uses a service again in which a daemon was kept, but not one in which something was left behind', () => {
  const containers = report.scenarios.slice(0, 3).map(({ steps }) => steps[0]?.where?.container);
  expect(step('leave something behind').evidence).toMatchObject({
    processesLeft: 'gone',
    survivorsKilled: 1,
  });
  expect(containers[1]).toBe(containers[0]);
  expect(containers[2]).not.toBe(containers[1]);
});

test('shows merged output in the order it was written', async () => {
  const shown = await cleangrid.run('show', report.run.id, 'merged');
  expect(shown.stdout).toMatch(/out 1\n.*err 1\n.*out 2\n.*err 2\n/u);
  expect(shown.stdout).toContain('supervisor exec');
});
