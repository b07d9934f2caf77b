/** A scenario that fails for what another one left: said to be that, and not held against it. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cleangrid, openCleangrid } from '../support/cleangrid.ts';

const suite = `
[suite]
name = "pollution"

[services.cache]
image = "redis:7"
ready = [{ exec = ["redis-cli", "ping"] }]
reset = { strategy = "none" }
max_containers = 1

[[scenario]]
name = "plants a key"
steps = [{ in = "cache", run = "redis-cli set planted 1" }]

[[scenario]]
name = "wants none"
pollution_check = true
steps = [{ in = "cache", command = ["redis-cli", "exists", "planted"], expect = { stdout = { equals = "0" } } }]

[[scenario]]
name = "is wrong by itself"
pollution_check = true
steps = [{ in = "cache", run = "exit 7" }]
`;

let cleangrid: Cleangrid;
let folder: string;

beforeAll(async () => {
  cleangrid = openCleangrid();
  folder = await mkdtemp(join(tmpdir(), 'cleangrid-pollution-'));
  await writeFile(join(folder, 'pollution.cleangrid.toml'), suite);
});

afterAll(async () => {
  cleangrid.remove();
  await rm(folder, { recursive: true });
});

test('tells a failure that fresh containers do not repeat from one that they do', async () => {
  // One slot: in the order of the file.
  const { finished, report } = await cleangrid.report(folder, '--slots', '1');
  const ended = report.scenarios.map(({ name, outcome, suspectedPollution, attempts }) => ({
    name,
    outcome,
    suspectedPollution,
    attempts: attempts.map((attempt) => `${attempt.outcome} ${attempt.fresh ? 'fresh' : 'used'}`),
  }));
  expect(ended).toEqual([
    { name: 'plants a key', outcome: 'passed', suspectedPollution: false, attempts: ['passed used'] },
    {
      name: 'wants none',
      outcome: 'passed',
      suspectedPollution: true,
      attempts: ['failed used', 'passed fresh'],
    },
    {
      name: 'is wrong by itself',
      outcome: 'failed',
      suspectedPollution: false,
      attempts: ['failed used', 'failed fresh'],
    },
  ]);
  expect(finished.exitCode).toBe(1);
  expect(finished.stdout).toContain('suspected pollution');
  const containers = new Set(report.scenarios.map(({ steps }) => steps[0]?.where?.container));
  expect(containers.size).toBe(3);
});
