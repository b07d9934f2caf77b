/** The ways of running a command in a container that the benchmark compares, all in one container where that applies. */

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import { openDocker } from '@cleangrid/agent/adapters/docker/docker-runtime.ts';
import type { ContainerRuntime } from '@cleangrid/agent/container-runtime.ts';
import type { StepSession } from '@cleangrid/agent/step-executor.ts';
import { openExecutor } from '@cleangrid/agent/supervisor/open-executor.ts';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import Docker from 'dockerode';
import { pino } from 'pino';
import { getContainerRuntimeClient } from 'testcontainers';
import { builtDirectory } from '../../../agent/supervisor/build.ts';

/** What a way made of a command. */
export interface Ended {
  exitCode: number | null;
  outputBytes: number;
}

/** Runs a command to its end and reads all of its output. */
export type Way = (argv: string[]) => Promise<Ended>;

export interface Ways {
  ways: Record<
    'supervisor' | 'plain exec' | 'docker CLI' | 'dockerode' | 'testcontainers' | 'docker run',
    Way
  >;
  close(): Promise<void>;
}

const image = 'cleangrid-test/base:latest';
const neverAborted = new AbortController().signal;
const randomHex = (length: number): string => randomBytes(length).toString('hex').slice(0, length);

export async function openWays(): Promise<Ways> {
  const runtime = await openDocker({
    environment: process.env,
    homeDirectory: homedir(),
    clock: systemClock,
  });
  const executor = await openExecutor({
    runtime,
    clock: systemClock,
    ids: { random: randomHex },
    logger: pino({ enabled: false }),
    architecture: (await runtime.info()).architecture,
    programs: builtDirectory,
  });
  if (executor.kind !== 'supervisor') throw new Error('the supervisor is not built for this machine');
  const needs = await executor.prepare(image, neverAborted);
  const container = await runtime.containers.create({
    name: `cleangrid-bench-${randomHex(8)}`,
    image,
    labels: { 'cleangrid.bench': 'exec' },
    entrypoint: needs.idleCommand,
    mounts: needs.mounts,
    init: !needs.idleIsInit,
  });
  await runtime.containers.start(container);
  const session = await executor.open(container, neverAborted);
  return {
    ways: {
      supervisor: throughSession(session),
      'plain exec': throughRuntime(runtime, container),
      'docker CLI': throughCli(['exec', container]),
      dockerode: throughDockerode(container),
      testcontainers: await throughTestcontainers(container),
      'docker run': throughCli(['run', '--rm', '--network', 'none', image]),
    },
    async close() {
      await session.close();
      await runtime.containers.remove(container);
    },
  };
}

function throughSession(session: StepSession): Way {
  return async (argv) => {
    let outputBytes = 0;
    const command = { argv, env: {}, workdir: null, user: null, stdin: null, timeoutMs: 60_000 };
    const outcome = await session.run(
      command,
      (_stream, chunk) => void (outputBytes += chunk.length),
      neverAborted,
    );
    const exit = 'exit' in outcome ? outcome.exit : null;
    return { exitCode: exit?.kind === 'code' ? exit.code : null, outputBytes };
  };
}

function throughRuntime(runtime: ContainerRuntime, container: string): Way {
  return async (argv) => {
    let outputBytes = 0;
    const output = (_stream: string, chunk: Uint8Array): void => void (outputBytes += chunk.length);
    const execution = await runtime.containers.exec(container, { argv, stdin: false }, { output });
    const exit = await execution.exited;
    return { exitCode: exit.kind === 'exited' ? exit.code : null, outputBytes };
  };
}

function throughCli(start: string[]): Way {
  return (argv) =>
    new Promise((resolve, reject) => {
      let outputBytes = 0;
      const child = spawn('docker', [...start, ...argv], { stdio: ['ignore', 'pipe', 'ignore'] });
      child.stdout.on('data', (chunk: Buffer) => void (outputBytes += chunk.length));
      child.once('error', reject);
      child.once('close', (exitCode) => resolve({ exitCode, outputBytes }));
    });
}

function throughDockerode(container: string): Way {
  const docker = new Docker();
  return async (argv) => {
    const exec = await docker
      .getContainer(container)
      .exec({ Cmd: argv, AttachStdout: true, AttachStderr: true });
    const stream = await exec.start({ hijack: true, stdin: false });
    let outputBytes = 0;
    stream.on('data', (chunk: Buffer) => void (outputBytes += chunk.length));
    await new Promise((resolve, reject) => stream.once('end', resolve).once('error', reject));
    const { ExitCode } = await exec.inspect();
    return { exitCode: ExitCode, outputBytes };
  };
}

async function throughTestcontainers(container: string): Promise<Way> {
  const client = await getContainerRuntimeClient();
  const found = client.container.getById(container);
  return async (argv) => {
    const { exitCode, output } = await client.container.exec(found, argv);
    return { exitCode, outputBytes: output.length };
  };
}
