/** What people do today: a container for each scenario, or one that testcontainers finds again, its schema made anew each time. */

import Docker from 'dockerode';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { postgresImage, postgresScript, redisImage, schema } from './suites.ts';

const docker = new Docker();
const environment = { POSTGRES_PASSWORD: 'secret', POSTGRES_DB: 'app' };
const command = ['postgres', '-c', 'fsync=off'];
const dataDirectory = '/var/lib/postgresql/data';

/** Milliseconds until it answered. */
export async function scenarioInOwnPostgres(): Promise<number> {
  const started = performance.now();
  const container = await docker.createContainer({
    Image: postgresImage,
    Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    Cmd: command,
    HostConfig: { Tmpfs: { [dataDirectory]: '' } },
  });
  try {
    await container.start();
    await execute(container, 'until pg_isready -q -h 127.0.0.1; do sleep 0.02; done');
    const readyMs = performance.now() - started;
    await execute(container, `psql -U postgres -d app -q <<'END'\n${schema}\nEND`);
    await execute(container, postgresScript);
    return readyMs;
  } finally {
    await container.remove({ force: true, v: true });
  }
}

/** Milliseconds until it answered. */
export async function startOwnRedis(): Promise<number> {
  const started = performance.now();
  const container = await docker.createContainer({ Image: redisImage });
  try {
    await container.start();
    await execute(container, 'until redis-cli ping >/dev/null 2>&1; do sleep 0.005; done');
    return performance.now() - started;
  } finally {
    await container.remove({ force: true, v: true });
  }
}

export async function echoInOwnContainer(): Promise<void> {
  const container = await docker.createContainer({
    Image: 'cleangrid-test/base:latest',
    Cmd: ['echo', 'hello'],
    HostConfig: { NetworkMode: 'none' },
  });
  try {
    await container.start();
    await container.wait();
  } finally {
    await container.remove({ force: true, v: true });
  }
}

/** As its documentation has it: `withReuse`, and the schema is made anew. */
export async function scenarioInReusedContainer(): Promise<StartedTestContainer> {
  const container = await new GenericContainer(postgresImage)
    .withEnvironment(environment)
    .withCommand(command)
    .withTmpFs({ [dataDirectory]: 'rw' })
    .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
    .withReuse()
    .start();
  const again = `drop schema public cascade; create schema public;\n${schema}`;
  await container.exec(['sh', '-c', `psql -U postgres -d app -q <<'END'\n${again}\nEND`]);
  await container.exec(['sh', '-c', postgresScript]);
  return container;
}

async function execute(container: Docker.Container, script: string): Promise<void> {
  const exec = await container.exec({ Cmd: ['sh', '-c', script], AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({ hijack: true, stdin: false });
  await new Promise((resolve) => stream.resume().once('end', resolve));
  const { ExitCode } = await exec.inspect();
  if (ExitCode !== 0) throw new Error(`exit code ${ExitCode} of ${script}`);
}
