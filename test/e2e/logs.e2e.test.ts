/** `cleangrid logs -f` of a container: every line once, although the connection to Docker is cut again and again. */

import { rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cleangrid, openCleangrid } from '../support/cleangrid.ts';
import { docker } from '../support/docker.ts';

const daemon = docker('context', 'inspect', '--format', '{{.Endpoints.docker.Host}}');
const count = 400;

let cleangrid: Cleangrid;
let lease: string;
beforeEach(async () => {
  cleangrid = openCleangrid();
  const { stdout } = await cleangrid.run(
    'lease',
    'debian:12-slim',
    '--',
    'bash',
    '-c',
    `until test -e /tmp/go; do sleep 0.02; done
     for i in $(seq ${count}); do echo "INFO: line $i"; echo "other $i" >&2; ((i % 20)) || sleep 0.1; done`,
  );
  lease = stdout.trim();
});
afterEach(async () => {
  await cleangrid.run('lease', 'rm', lease);
  cleangrid.remove();
});

/** Docker behind a socket whose connections can be cut. */
async function cuttableDocker(socketPath: string) {
  const open = new Set<Socket>();
  const target = (process.env['DOCKER_HOST'] ?? daemon).replace('unix://', '');
  const server = createServer((client) => {
    const upstream = connect(target);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    cut: () => open.forEach((socket) => socket.destroy()),
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

test('tells every line once, with its level, over connections that are cut, and ends with the container', async () => {
  const socketPath = join(cleangrid.stateDirectory, 'cut.sock');
  const cuttable = await cuttableDocker(socketPath);
  const follower = openCleangrid({
    CLEANGRID_STATE_DIR: cleangrid.stateDirectory,
    DOCKER_HOST: `unix://${socketPath}`,
  });
  const following = follower.start('logs', '-f', '--json', lease);
  docker('exec', lease, 'touch', '/tmp/go');
  for (let cuts = 1; cuts <= 5; cuts += 1) {
    await following.said('INFO: line', cuts * 50);
    cuttable.cut();
  }
  const { exitCode, stdout } = await following.finished;
  await cuttable.close();
  follower.remove();
  rmSync(socketPath, { force: true });
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>);
  const told = (level: string): (string | undefined)[] =>
    lines.filter((line) => line['level'] === level).map((line) => line['message']);
  const expected = (word: string): string[] => Array.from({ length: count }, (_, i) => `${word} ${i + 1}`);
  expect({ exitCode, info: told('info'), warn: told('warn') }).toEqual({
    exitCode: 0,
    info: expected('INFO: line'),
    warn: expected('other'),
  });
  expect(lines.every((line) => Date.parse(line['timestamp'] ?? '') > 0)).toBe(true);
});

test('begins with the last lines', async () => {
  docker('exec', lease, 'touch', '/tmp/go');
  docker('wait', lease);
  const { stdout } = await cleangrid.run('logs', '--tail', '2', lease);
  expect(stdout.trimEnd().split('\n')).toHaveLength(2);
  expect((await cleangrid.run('logs', '-f', '--tail', '0', lease)).stdout).toBe('');
});
