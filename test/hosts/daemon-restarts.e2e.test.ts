/** dockerd is restarted after a run was killed: what was left is removed all the same, in time. Needs root, for a dockerd of its own. */

import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cleangrid, keepWarm, openCleangrid } from '../support/cleangrid.ts';
import type { DockerHost } from '../support/docker-hosts/docker-host.ts';
import { type DockerHosts, openDockerHosts } from '../support/docker-hosts/open-docker-hosts.ts';

const image = 'cleangrid-test/redis:latest';

/** Two services, so that one can be idle while the other is held. */
const services = ['idle', 'held']
  .map(
    (name) => `
[services.${name}]
image = "redis:7"
env = { NAME = "${name}" }
ready = [{ exec = ["redis-cli", "ping"] }]
reset = { strategy = "redis.flush" }
`,
  )
  .join('');

const scenario = (service: string, run: string): string => `
[[scenario]]
name = "uses ${service}"
[[scenario.steps]]
in = "${service}"
run = "${run}"
`;

let hosts: DockerHosts;
let host: DockerHost;
let folder: string;
let cleangrid: Cleangrid;
beforeAll(async () => {
  hosts = await openDockerHosts(1, [image]);
  [host] = hosts.hosts as [DockerHost];
  folder = mkdtempSync(join(tmpdir(), 'cleangrid-restarts-'));
  cleangrid = openCleangrid({
    DOCKER_HOST: host.dockerUrl,
    CLEANGRID_IMAGE_ALIASES: `redis:7=${image}`,
  });
});
afterAll(async () => {
  await hosts?.remove();
  cleangrid?.remove();
  rmSync(folder, { recursive: true });
});

function write(name: string, ...scenarios: string[]): string {
  const file = join(folder, `${name}.cleangrid.toml`);
  writeFileSync(file, `[suite]\nname = "${name}"\n${services}${scenarios.join('')}`);
  return file;
}

/** Services that have a container, running or not. */
async function serviceContainers(): Promise<string[]> {
  const all = await host.docker.listContainers({ all: true });
  return all.map(({ Labels }) => Labels['cleangrid.service'] ?? '').sort();
}

async function contents(): Promise<string[]> {
  const all = await host.contents();
  return all.filter(
    (item) => item.includes('cleangrid-') && !item.startsWith('volume cleangrid-supervisor-'),
  );
}

/** As when so much time had passed. */
function letIdleTimePass(): void {
  const ledger = new DatabaseSync(join(cleangrid.stateDirectory, 'agent', 'ledger.sqlite'), {
    timeout: 5000,
  });
  ledger.exec('update pooled set idle_until_ms = 0');
  ledger.close();
}

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'removes what a killed run held within 10 s of dockerd (%s) being back, and what it kept when its time is over',
  async (signal) => {
    expect(await cleangrid.run('run', write('keep', scenario('idle', 'true')), keepWarm)).toMatchObject({
      exitCode: 0,
    });
    const holding = cleangrid.start(
      'run',
      write('hold', scenario('held', 'echo held; sleep infinity')),
      keepWarm,
    );
    const ended = once(holding.process, 'exit');
    const states = async (): Promise<string> => (await cleangrid.run('pool')).stdout;
    await expect.poll(states, { timeout: 60_000 }).toMatch(/^held .* leased /mu);
    await host.endDaemon(signal);
    holding.process.kill('SIGKILL');
    await ended;
    await host.boot();
    await expect.poll(serviceContainers, { timeout: 10_000 }).toEqual(['idle']);
    letIdleTimePass();
    await expect.poll(contents, { timeout: 10_000 }).toEqual([]);
  },
);
