/** How an executor comes to a daemon, and what happens where the supervisor cannot be used. */

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { architectures, buildSupervisor } from '../../supervisor/build.ts';
import type { ContainerMount, ContainerRuntime, ContainerSpec } from '../container-runtime.ts';
import type { StepExecutor } from '../step-executor.ts';
import { openExecutor } from './open-executor.ts';
import { settings } from './testing/settings.ts';
import { neverAborted, openRuntime, randomHex } from './testing/supervised-stand.ts';

const image = 'cleangrid-test/busybox:latest';
const label = { 'cleangrid.test': `open-executor-${randomHex(8)}` };

let runtime: ContainerRuntime;
let programs: string;
let mount: ContainerMount | undefined;
let logged: { level: number; msg: string }[] = [];

/** A build of our own, so that its volume is nobody else's. */
beforeAll(async () => {
  runtime = await openRuntime();
  const { architecture } = await runtime.info();
  const built = await buildSupervisor(architectures.find((known) => known === architecture) ?? 'amd64');
  programs = await mkdtemp(join(tmpdir(), 'cleangrid-supervisor-'));
  await mkdir(join(programs, architecture));
  // bytes after the program's end change nothing but its digest
  const program = Buffer.concat([await readFile(built ?? ''), Buffer.from(randomHex(16))]);
  await writeFile(join(programs, architecture, 'cleangrid-supervisor'), program);
  [mount] = (await (await open(programs)).prepare(image, neverAborted)).mounts;
});
afterAll(async () => {
  for (const { id } of await runtime.containers.list(label)) await runtime.containers.remove(id);
  if (mount) await runtime.volumes.remove(mount.source);
  await rm(programs, { recursive: true });
});

async function open(directory: string): Promise<StepExecutor> {
  logged = [];
  const logger = pino({ level: 'warn' }, { write: (line) => void logged.push(JSON.parse(line)) });
  return openExecutor({
    runtime,
    clock: systemClock,
    ids: { random: randomHex },
    logger,
    architecture: (await runtime.info()).architecture,
    programs: directory,
  });
}

async function start(spec: Partial<ContainerSpec>): Promise<string> {
  const name = `cleangrid-test-${randomHex(8)}`;
  const id = await runtime.containers.create({ name, image, labels: label, init: true, ...spec });
  await runtime.containers.start(id);
  return id;
}

/** The exit code of a command in a container that was made as the executor wants it; and how it was run. */
async function runWith(executor: StepExecutor, spec: Partial<ContainerSpec> = {}): Promise<unknown[]> {
  const needs = await executor.prepare(spec.image ?? image, neverAborted);
  const container = await start({ mounts: needs.mounts, entrypoint: needs.idleCommand, ...spec });
  const session = await executor.open(container, neverAborted);
  const argv = spec.image === settings['a scratch image']?.image ? ['/busybox', 'false'] : ['false'];
  const command = { argv, env: {}, workdir: null, user: null, stdin: null, timeoutMs: 10_000 };
  const outcome = await session.run(command, () => {}, neverAborted);
  await session.close();
  return [session.kind, 'exit' in outcome && outcome.exit];
}

const one = { kind: 'code', code: 1 };

test.for(Object.entries(settings))('36: runs steps through the supervisor in %s', async ([, setting]) => {
  const executor = await open(programs);
  expect(await runWith(executor, { image: setting.image, ...setting.spec })).toEqual(['supervisor', one]);
  expect(logged).toEqual([]);
});

test('fills the volume again when it was left empty or damaged', async () => {
  const writable = await start({
    mounts: mount ? [{ ...mount, readOnly: false }] : [],
    entrypoint: ['sleep', '1000'],
  });
  const damage = { argv: ['sh', '-c', 'echo damaged >/.cleangrid/supervisor'], stdin: false };
  await (await runtime.containers.exec(writable, damage, { output: () => {} })).exited;
  expect(await runWith(await open(programs))).toEqual(['supervisor', one]);
});

test('brings the supervisor again when somebody has removed its volume meanwhile', async () => {
  const executor = await open(programs);
  expect(await runWith(executor)).toEqual(['supervisor', one]);
  for (const { id } of await runtime.containers.list(label)) await runtime.containers.remove(id);
  await runtime.volumes.remove(mount?.source ?? '');
  expect(await runWith(executor)).toEqual(['supervisor', one]);
});

test('delivers once for many containers that are made at the same time', async () => {
  const executors = await Promise.all([open(programs), open(programs)]);
  const ran = await Promise.all([...executors, ...executors].map((executor) => runWith(executor)));
  expect(ran).toEqual(ran.map(() => ['supervisor', one]));
  const seeds = await runtime.containers.list({ 'cleangrid.kind': 'supervisor-seed' });
  expect(seeds.filter(({ name }) => name.startsWith(mount?.source ?? ''))).toEqual([]);
});

test('runs steps by plain exec where no supervisor is built, and says so once', async () => {
  const empty = await mkdtemp(join(tmpdir(), 'cleangrid-supervisor-'));
  try {
    const executor = await open(empty);
    expect(executor.kind).toBe('plain');
    expect(await runWith(executor)).toEqual(['plain', one]);
    expect(logged).toMatchObject([{ msg: expect.stringContaining('plain exec') }]);
  } finally {
    await rm(empty, { recursive: true });
  }
});

test('runs steps by plain exec in a container that has no supervisor, and says so once', async () => {
  const executor = await open(programs);
  const without = { mounts: [], entrypoint: ['sleep', '1000'] };
  expect(await runWith(executor, without)).toEqual(['plain', one]);
  expect(await runWith(executor, without)).toEqual(['plain', one]);
  expect(logged).toMatchObject([{ msg: expect.stringContaining('plain exec') }]);
});
