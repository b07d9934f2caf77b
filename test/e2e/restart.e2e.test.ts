/** The reset `restart`: nothing that runs or is in memory survives it, the disk does, and the container is the same. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cleangrid, openCleangrid } from '../support/cleangrid.ts';

const suite = `
[suite]
name = "restart"

[services.cache]
image = "redis:7"
command = ["redis-server", "--save", ""]
ready = [{ exec = ["redis-cli", "ping"] }]
reset = { strategy = "restart" }
max_containers = 1

[[scenario]]
name = "plants"
steps = [{ in = "cache", run = "redis-cli set planted 1 && touch /tmp/planted" }]

[[scenario]]
name = "finds the disk"
steps = [{ in = "cache", run = "ls /tmp/planted; redis-cli exists planted", expect = { stdout = { lines = ["/tmp/planted", "0"] } } }]

[[scenario]]
name = "is told when it ends by itself"
steps = [{ in = "cache", run = "redis-cli shutdown nosave; sleep 10", timeout = "20s" }]
`;

let cleangrid: Cleangrid;
let folder: string;

beforeAll(async () => {
  cleangrid = openCleangrid();
  folder = await mkdtemp(join(tmpdir(), 'cleangrid-restart-'));
  await writeFile(join(folder, 'restart.cleangrid.toml'), suite);
});

afterAll(async () => {
  cleangrid.remove();
  await rm(folder, { recursive: true });
});

test('a service that is restarted keeps its container and its disk, and nothing else', async () => {
  // One slot: in the order of the file.
  const { report } = await cleangrid.report(folder, '--slots', '1');
  const ended = report.scenarios.map(({ outcome, reason }) => [outcome, reason]);
  expect(ended).toEqual([
    ['passed', null],
    ['passed', null],
    ['failed', 'service_exited'],
  ]);
  expect(new Set(report.scenarios.map(({ steps }) => steps[0]?.where?.container)).size).toBe(1);
});
