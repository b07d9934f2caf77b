/** What suites rely on in the ordinary images, and so in the stand-ins: this passes on both. */

import { connect } from '@cleangrid/agent/adapters/docker/connect.ts';
import { readDockerConfig } from '@cleangrid/agent/adapters/docker/docker-config.ts';
import { findEndpoint } from '@cleangrid/agent/adapters/docker/find-endpoint.ts';
import type Docker from 'dockerode';
import { homedir } from 'node:os';
import { afterEach, expect, test } from 'vitest';

const docker = connect(await findEndpoint(process.env, await readDockerConfig(process.env, homedir())));
const untilPortOpens = 'until pg_isready -q -h 127.0.0.1; do sleep 0.05; done';
const containers: Docker.Container[] = [];

afterEach(async () => {
  for (const container of containers.splice(0)) await container.remove({ force: true, v: true });
});

test('postgres refuses to start without a password', async () => {
  const container = await start('postgres', {});
  expect(await container.wait()).toEqual(expect.objectContaining({ StatusCode: 1 }));
  expect(await logs(container)).toContain('POSTGRES_PASSWORD');
});

test('postgres makes the database and runs the files of the init directory before its port opens', async () => {
  const initFile = 'echo "create table made_first (id int)" >/docker-entrypoint-initdb.d/tables.sql';
  const container = await start('postgres', {
    Entrypoint: ['sh', '-c', `${initFile}; exec docker-entrypoint.sh postgres`],
    Env: ['POSTGRES_PASSWORD=secret', 'POSTGRES_DB=shop', 'POSTGRES_USER=owner'],
    HostConfig: { Tmpfs: { '/var/lib/postgresql/data': '' } },
  });
  const question = "psql -h 127.0.0.1 -U owner -d shop -Atc 'select current_user, count(*) from made_first'";
  expect(await run(container, `${untilPortOpens}; PGPASSWORD=secret ${question}`)).toBe('owner|0\n');
});

test('postgres asks for the password over the network, and not on its socket', async () => {
  const container = await start('postgres', { Env: ['POSTGRES_PASSWORD=secret'] });
  await run(container, untilPortOpens);
  const address = await addressOf(container);
  expect(await run(container, `psql -h ${address} -U postgres -w -Atc 'select 1' 2>&1`)).toContain(
    'no password supplied',
  );
  expect(await run(container, "psql -U postgres -Atc 'select 1'")).toBe('1\n');
});

test('redis takes options alone, and answers on the network', async () => {
  const container = await start('redis', { Cmd: ['--save', '', '--maxmemory', '32mb'] });
  const address = await addressOf(container);
  const ask = (words: string): string => `redis-cli -h ${address} ${words}`;
  const waitForPort = `until ${ask('ping')} >/dev/null 2>&1; do sleep 0.05; done`;
  expect(await run(container, `${waitForPort}; ${ask('config get maxmemory')}`)).toBe(
    'maxmemory\n33554432\n',
  );
});

test('the debian image has the tools that scripts expect, and no server', async () => {
  const container = await start('base', { Cmd: ['sleep', '1000'] });
  const tools = 'sh bash awk sed grep find tar gzip diff sort xargs date setsid';
  expect(
    await run(container, `for tool in ${tools}; do command -v $tool >/dev/null || echo no $tool; done`),
  ).toBe('');
  expect(await run(container, 'command -v psql redis-cli || echo none')).toBe('none\n');
});

test('the scratch image has no shell', async () => {
  const container = await start('scratch', {});
  const exec = await container.exec({ Cmd: ['sh', '-c', 'true'], AttachStdout: true });
  const stream = await exec.start({});
  await stream.resume().toArray();
  // 126 or 127, by the version of Docker: the command could not be started
  expect((await exec.inspect()).ExitCode).toBeGreaterThanOrEqual(126);
});

async function start(name: string, options: Docker.ContainerCreateOptions): Promise<Docker.Container> {
  const container = await docker.createContainer({ Image: `cleangrid-test/${name}`, ...options });
  containers.push(container);
  await container.start();
  return container;
}

async function addressOf(container: Docker.Container): Promise<string> {
  const { Networks } = (await container.inspect()).NetworkSettings;
  return Networks['bridge']?.IPAddress ?? '';
}

async function logs(container: Docker.Container): Promise<string> {
  return (await container.logs({ stdout: true, stderr: true })).toString();
}

/** stdout of a shell in the container; a terminal would mix in stderr, so none is asked for. */
async function run(container: Docker.Container, script: string): Promise<string> {
  const exec = await container.exec({ Cmd: ['sh', '-c', script], AttachStdout: true });
  const stream = await exec.start({});
  const frames = Buffer.concat((await stream.toArray()) as Buffer[]);
  return payloads(frames).toString();
}

/** Docker frames output: 8 bytes of header, the last four of them the length of what follows. */
function payloads(frames: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < frames.length; ) {
    const length = frames.readUInt32BE(at + 4);
    parts.push(frames.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return Buffer.concat(parts);
}
