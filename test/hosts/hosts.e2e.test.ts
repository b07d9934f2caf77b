/** Three Docker hosts, each with a dockerd, a network link and an agent of its own. Needs root: the hosts are network namespaces. */

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { JsonReport } from '@cleangrid/core/report/json.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Random } from '../sim/random.ts';
import type { DockerHost } from '../support/docker-hosts/docker-host.ts';
import { expectWhole, stepsEach, writeNumberedSuite } from '../support/numbered-suite.ts';
import { type HostsGrid, openHostsGrid } from './hosts-grid.ts';

/** CLEANGRID_SEED repeats the moments and hosts of a failed run. */
const seed = Number(process.env['CLEANGRID_SEED'] ?? Date.now() % 100_000);
const count = 12;
/** Scenarios that have not ended when a fault comes: enough to keep every slot busy. */
const unfinished = 6;

let grid: HostsGrid;
let suite: string;
let before: Record<string, string[]>;

beforeAll(async () => {
  process.stderr.write(`faults of hosts: CLEANGRID_SEED=${seed}\n`);
  suite = writeNumberedSuite(count, 0.2);
  grid = await openHostsGrid(3);
  before = await contents();
});
afterAll(async () => {
  await grid?.close();
  rmSync(suite, { recursive: true });
});
beforeEach(() => forEachHost((host) => grid.startAgent(host)));

async function forEachHost(action: (host: DockerHost) => Promise<void>): Promise<void> {
  await Promise.all(grid.hosts.hosts.map(action));
}

/** By host. */
async function contents(): Promise<Record<string, string[]>> {
  const listed = grid.hosts.hosts.map(async (host) => [host.name, await ownContents(host)] as const);
  return Object.fromEntries(await Promise.all(listed));
}

/** The supervisor's volume belongs to all agents of a daemon, and stays. */
async function ownContents(host: DockerHost): Promise<string[]> {
  const all = await host.contents();
  return all.filter((item) => !item.startsWith('volume cleangrid-supervisor-'));
}

/** The agents end too. */
async function expectNothingLeft(): Promise<void> {
  await forEachHost((host) => grid.endAgent(host, 'SIGTERM'));
  expect(await contents()).toEqual(before);
}

/** Since the daemon started. */
async function createdContainers(host: DockerHost): Promise<string[]> {
  const events = await host.docker.getEvents({
    since: 0,
    until: Math.ceil(Date.now() / 1000),
    filters: { type: ['container'], event: ['create'] },
  });
  const lines = (await text(events)).split('\n').filter((line) => line !== '');
  return lines.map((line) => (JSON.parse(line) as { Actor: { ID: string } }).Actor.ID);
}

test('runs a suite on all hosts, and the work of each stays on it', async () => {
  const { finished, report } = await grid.cli.report(suite);
  expectWhole(finished, report, count);
  const places = report.scenarios.flatMap(({ steps }) => steps.map(({ where }) => where));
  for (const host of grid.hosts.hosts) {
    const created = new Set(await createdContainers(host));
    const onIt = places.filter((place) => place !== null && created.has(place.container));
    expect(onIt.length).toBeGreaterThan(0);
    expect(onIt).toEqual(places.filter((place) => place?.agent === host.name));
  }
  await expectNothingLeft();
});

/** Runs the suite; `fault` hits a random host when a random number of steps was told of, `recover` comes when the run has ended. */
async function expectWholeDespite(
  salt: number,
  fault: (host: DockerHost) => Promise<void>,
  recover: (host: DockerHost) => Promise<void>,
): Promise<void> {
  const random = new Random(seed + salt);
  const host = random.pick(grid.hosts.hosts);
  if (!host) throw new Error('there are no hosts');
  const file = join(suite, `report-${salt}.json`);
  const running = grid.cli.start('run', suite, '--verbose', '--json', file);
  await running.said('› sleep', random.integer(1, (count - unfinished) * stepsEach));
  await fault(host);
  const finished = await running.finished;
  expectWhole(finished, JSON.parse(readFileSync(file, 'utf8')) as JsonReport, count);
  await recover(host);
  await expectNothingLeft();
}

test('runs everything elsewhere while a host is cut off for 30 s, which then goes on as if nothing had been', async () => {
  let over = Promise.resolve();
  await expectWholeDespite(
    1,
    async (host) => {
      await grid.hosts.setLink(host, 'down');
      // The fault's own length: longer than every timer that an agent or its coordinator could heal it by.
      over = delay(30_000);
      await expectReady(2);
    },
    async (host) => {
      await over;
      await grid.hosts.setLink(host, 'up');
      await expectReady(3);
    },
  );
});

async function expectReady(agents: number): Promise<void> {
  const status = async (): Promise<string> => (await grid.cli.run('status')).stdout;
  await expect.poll(status, { timeout: 60_000 }).toContain(` ${agents} ready,`);
}

test('runs everything elsewhere when an agent is killed, which removes what it left when it is back', async () => {
  await expectWholeDespite(
    2,
    (host) => grid.endAgent(host, 'SIGKILL'),
    (host) => grid.startAgent(host),
  );
});

test('runs everything elsewhere when a host loses its power, and finds nothing on it when it is back', async () => {
  await expectWholeDespite(
    3,
    async (host) => {
      // Silence, as from a machine without power: no connection is closed.
      await grid.hosts.setLink(host, 'down');
      await host.powerOff();
    },
    async (host) => {
      await host.boot();
      await grid.hosts.setLink(host, 'up');
      await grid.startAgent(host);
    },
  );
});
