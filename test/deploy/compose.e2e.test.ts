/** docker-compose.yml as a user starts it, on stand-ins for the images that would be pulled. */

import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCleangrid } from '../support/cleangrid.ts';
import { buildDeployImages, natsImage, nodeImage } from './stand-in-images.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const token = '0123456789abcdef';

/** A copy of what is deployed: its bundle and its .env are this test's own. */
let directory: string;
const project = `cleangrid-test-${process.pid}`;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cleangrid-compose-'));
  for (const name of ['docker-compose.yml', '.dockerignore', 'deploy', 'bin'])
    await cp(join(root, name), join(directory, name), { recursive: true });
  await run(process.execPath, [join(root, 'scripts/bundle.ts'), join(directory, 'dist')]);
  await buildDeployImages();
});
afterAll(async () => {
  await writeToken();
  await compose('down', '--volumes', '--rmi', 'local');
  await rm(directory, { recursive: true });
});

async function compose(...argv: string[]): Promise<string> {
  const env = {
    ...process.env,
    CLEANGRID_NODE_IMAGE: nodeImage,
    CLEANGRID_NATS_IMAGE: natsImage,
    // Nothing of it is used here: whatever runs will do.
    CLEANGRID_JAEGER_IMAGE: natsImage,
    CLEANGRID_JAEGER_PORT: '0',
    // A free one.
    CLEANGRID_PORT: '0',
    CLEANGRID_SLOTS: '1',
    // Debian's docker-compose may find a docker client that cannot build.
    COMPOSE_DOCKER_CLI_BUILD: '0',
  };
  const { stdout } = await run('docker-compose', ['--project-name', project, ...argv], {
    cwd: directory,
    env,
  });
  return stdout;
}

async function writeToken(): Promise<void> {
  await writeFile(join(directory, '.env'), `CLEANGRID_TOKEN=${token}\n`);
}

/** Containers, networks and volumes with the label, on this machine's daemon. */
async function labelled(label: string): Promise<string[]> {
  const docker = new Docker();
  const filters = { label: [label] };
  const [containers, networks, { Volumes }] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
  ]);
  return [
    ...containers.map(({ Id }) => Id),
    ...networks.map(({ Id }) => Id),
    ...Volumes.map(({ Name }) => Name),
  ];
}

test('does not start without a token', async () => {
  await expect(compose('up', '-d')).rejects.toThrow('every grid has a token of its own');
});

test('runs a suite on two agents for whoever knows the token, and leaves nothing when it is taken down', async () => {
  await writeToken();
  await compose('up', '-d', '--build', '--scale', 'agent=2');
  const address = (await compose('port', 'coordinator', '7443')).trim();
  const stranger = openCleangrid({ CLEANGRID_GRID: address });
  const cli = openCleangrid({ CLEANGRID_GRID: address, CLEANGRID_TOKEN: token });
  try {
    const finished = await cli.run('run', 'examples/hello');
    expect(finished).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('1 passed') });
    await expect.poll(async () => (await cli.run('status')).stdout, { timeout: 30_000 }).toContain('2 ready');
    expect(await stranger.run('status')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('wants a token'),
    });
  } finally {
    stranger.remove();
    cli.remove();
  }
  expect(await labelled(`com.docker.compose.project=${project}`)).not.toEqual([]);
  const agents = (await compose('ps', '-q', 'agent')).trim().split('\n');
  const labels = [
    `com.docker.compose.project=${project}`,
    // An agent is named as its container is called in its own network.
    ...agents.map((id) => `cleangrid.agent=${id.slice(0, 12)}`),
  ];
  await compose('down', '--volumes', '--rmi', 'local');
  expect((await Promise.all(labels.map(labelled))).flat()).toEqual([]);
});
