/** What a scenario leaves in /workspace and around it, seen by the scenario that comes next in the same container. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cleangrid, openCleangrid } from '../support/cleangrid.ts';

const plant = 'echo 1 > added; echo two > data.txt; mkdir folder; echo 1 > /tmp/added; echo 1 > ~/added';
const look = 'ls; cat data.txt; ls /tmp; ls ~';
const step = (script: string, more = ''): string => `[[scenario.steps]]\nrun = "${script}"\n${more}\n`;
const asTheSuiteHasIt = `expect = { stdout = { equals = """data.txt\none""" } }`;

const suite = `
[suite]
name = "workspace"
[workspace]
include = ["data.txt"]

[services.box]
image = "cleangrid-test/base:latest"
command = ["sleep", "2147483647"]
reset = { strategy = "none" }

[[scenario]]
name = "plants in a workspace container"
image = "cleangrid-test/base:latest"
${step(plant)}
[[scenario]]
name = "looks there"
image = "cleangrid-test/base:latest"
${step(look, asTheSuiteHasIt)}
[[scenario]]
name = "plants in a service"
services = ["box"]
${step('echo 1 > added; echo two > data.txt; mkdir folder', 'in = "box"')}
[[scenario]]
name = "looks into it"
services = ["box"]
${step('ls; cat data.txt', `in = "box"\n${asTheSuiteHasIt}`)}
[[scenario]]
name = "changes the image"
image = "cleangrid-test/base:latest"
${step('echo 1 > /etc/added')}
[[scenario]]
name = "finds it as it was"
image = "cleangrid-test/base:latest"
${step('test ! -e /etc/added')}
`;

let cleangrid: Cleangrid;
let folder: string;

beforeAll(async () => {
  cleangrid = openCleangrid();
  folder = await mkdtemp(join(tmpdir(), 'cleangrid-workspace-'));
  await writeFile(join(folder, 'workspace.cleangrid.toml'), suite);
  await writeFile(join(folder, 'data.txt'), 'one\n');
});

afterAll(async () => {
  cleangrid.remove();
  await rm(folder, { recursive: true });
});

test('a scenario finds the files of its suite in a container that others used, and nothing of theirs', async () => {
  // One slot: in the order of the file.
  const { finished, report } = await cleangrid.report(folder, '--slots', '1');
  expect(finished.stdout).toContain('6 passed');
  const places = report.scenarios.map(({ steps }) => steps[0]?.where?.container);
  const [planted, looked, served, servedAgain, changed, asItWas] = places;
  expect([looked, servedAgain, changed]).toEqual([planted, served, planted]);
  expect(asItWas).not.toBe(changed);
});
