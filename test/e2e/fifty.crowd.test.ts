/** Fifty PostgreSQL servers at once on one host, all on their usual port: none meets another, and Docker is not asked to start them all at once. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cleangrid, openCleangrid } from '../support/cleangrid.ts';
import { docker } from '../support/docker.ts';

const count = 50;
const image = `cleangrid-test/initialised:${process.pid}`;
/** Two cores that have other work take a second for each. */
const busyHostMsMax = 300_000;

/** Small servers on a cluster that the image holds: making fifty clusters would measure initdb. */
const service = `
[suite]
name = "fifty"

[services.db]
image = "${image}"
command = ["postgres", "-c", "fsync=off", "-c", "shared_buffers=2MB", "-c", "max_connections=10"]
ready = [{ port = 5432 }, { exec = ["pg_isready", "-U", "postgres"] }]
ready_timeout = "5min"
max_containers = ${count}
`;

/** Goes on when all have come so far. */
const scenario = (index: number): string => `
[[scenario]]
name = "own ${index}"
timeout = "10min"
[[scenario.steps]]
in = "db"
timeout = "10min"
run = '''
psql -U postgres -qc "create table mine as select ${index} as number"
until test -e /tmp/go; do sleep 0.5; done
psql -U postgres -Atc "select number from mine"
'''
expect = { stdout = { equals = "${index}" } }
`;

let folder: string;
let cleangrid: Cleangrid;
beforeAll(() => {
  cleangrid = openCleangrid();
  folder = mkdtempSync(join(tmpdir(), 'cleangrid-fifty-'));
  const scenarios = Array.from({ length: count }, (_, index) => scenario(index));
  writeFileSync(join(folder, 'fifty.cleangrid.toml'), service + scenarios.join(''));
  writeFileSync(join(folder, 'go'), '');
  const made = docker(
    'create',
    '--env',
    'PGDATA=/pg',
    '--env',
    'POSTGRES_PASSWORD=secret',
    'cleangrid-test/postgres',
  );
  try {
    docker('start', made);
    docker('exec', made, 'bash', '-c', 'until pg_isready -qU postgres -h 127.0.0.1; do sleep 0.2; done');
    docker('stop', made);
    docker('commit', made, image);
  } finally {
    docker('rm', '--force', '--volumes', made);
  }
});
afterAll(() => {
  docker('rmi', image);
  cleangrid.remove();
  rmSync(folder, { recursive: true });
});

async function leased(): Promise<string[]> {
  const { stdout } = await cleangrid.run('pool', '--json');
  const { containers } = JSON.parse(stdout) as {
    containers: { container: string; label: string; state: string }[];
  };
  return containers
    .filter(({ label, state }) => label === 'db' && state === 'leased')
    .map(({ container }) => container);
}

test(
  'runs fifty scenarios at once, each with a PostgreSQL of its own, and leaves nothing',
  async () => {
    const running = cleangrid.start('run', folder, '--slots', String(count), '--quiet');
    let containers: string[] = [];
    await expect
      .poll(async () => (containers = await leased()).length, { timeout: busyHostMsMax, interval: 3000 })
      .toBe(count);
    for (const container of containers) docker('cp', join(folder, 'go'), `${container}:/tmp/go`);
    const { exitCode, stdout } = await running.finished;
    expect(stdout).toContain(`${count} passed`);
    expect(exitCode).toBe(0);
    expect(await leased()).toEqual([]);
    const there = docker('ps', '--all', '--format', '{{.Names}}').split('\n');
    expect(there.filter((name) => containers.includes(name))).toEqual([]);
  },
  2 * busyHostMsMax,
);
