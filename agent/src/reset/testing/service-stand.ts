/** What the resets' tests stand on: one real container of a service, made as a pool makes it, and steps of scenarios in it. */

import type { PlannedService } from '@cleangrid/core/plan.ts';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import { pino } from 'pino';
import { builtDirectory } from '../../../supervisor/build.ts';
import type { ContainerRuntime } from '../../container-runtime.ts';
import type { StepExecutor, StepSession } from '../../step-executor.ts';
import { openExecutor } from '../../supervisor/open-executor.ts';
import { neverAborted, openRuntime, randomHex } from '../../supervisor/testing/supervised-stand.ts';
import { createInstanceReset } from '../create-instance-reset.ts';
import type { InstanceReset } from '../instance-reset.ts';
import { plannedService, type PlannedSetting } from './planned-service.ts';

export interface ServiceSetting extends PlannedSetting {
  tmpfs?: string[];
  /** Texts by path. */
  setup?: Record<string, string>;
}

export interface ServiceStand {
  service: PlannedService;
  session: StepSession;
  reset: InstanceReset;
  /** As a scenario's step; its stdout. A command that fails is an error. */
  sh(script: string): Promise<string>;
  /** Another reset of the same container, as of the agent's next life. */
  adopt(): InstanceReset;
  close(): Promise<void>;
}

export async function openServices(): Promise<{ open(setting: ServiceSetting): Promise<ServiceStand> }> {
  const runtime = await openRuntime();
  const executor = await openExecutor({
    runtime,
    clock: systemClock,
    ids: { random: randomHex },
    logger: pino({ enabled: false }),
    architecture: (await runtime.info()).architecture,
    programs: builtDirectory,
  });
  return { open: (setting) => openService({ runtime, executor }, setting) };
}

interface Host {
  runtime: ContainerRuntime;
  executor: StepExecutor;
}

async function openService({ runtime, executor }: Host, setting: ServiceSetting): Promise<ServiceStand> {
  const { image, env = {}, tmpfs = [], command } = setting;
  const { mounts } = await executor.prepare(image, neverAborted);
  const container = await runtime.containers.create({
    name: `cleangrid-test-${randomHex(8)}`,
    image,
    labels: { 'cleangrid.test': 'reset' },
    env,
    tmpfs,
    mounts,
    ...(command ? { command } : {}),
  });
  try {
    await runtime.containers.start(container);
    const session = await executor.open(container, neverAborted);
    const service = plannedService(setting);
    const setup = Object.entries(setting.setup ?? {}).map(([path, text]) => ({
      path,
      bytes: Buffer.from(text),
    }));
    const adopt = (): InstanceReset => createInstanceReset({ service, session, setup, clock: systemClock });
    return {
      service,
      session,
      reset: adopt(),
      adopt,
      sh: (script) => runScript(session, script),
      async close() {
        await session.close();
        await runtime.containers.remove(container);
      },
    };
  } catch (error) {
    await runtime.containers.remove(container);
    throw error;
  }
}

export async function runScript(session: StepSession, script: string): Promise<string> {
  const chunks: Buffer[] = [];
  const command = { argv: ['sh', '-ec', script], env: {}, workdir: null, user: null, stdin: null };
  const outcome = await session.run(
    { ...command, timeoutMs: 60_000, mergeOutput: true, processes: 'keep' },
    (_stream, chunk) => void chunks.push(Buffer.from(chunk)),
    neverAborted,
  );
  const output = Buffer.concat(chunks).toString().trim();
  if (outcome.kind !== 'exited' || outcome.exit.kind !== 'code' || outcome.exit.code !== 0)
    throw new Error(`${JSON.stringify(outcome)} of ${script}: ${output}`);
  return output;
}

/** A PostgreSQL whose data is in memory, as `docs/pool.md` recommends. */
export function postgres(
  strategy: 'postgres.template' | 'postgres.truncate' | 'postgres.schema',
  more: Partial<ServiceSetting> & { files?: string[] } = {},
): ServiceSetting {
  const setup = Object.keys(more.setup ?? {});
  return {
    image: 'cleangrid-test/postgres:latest',
    port: 5432,
    env: { POSTGRES_PASSWORD: 'secret', POSTGRES_DB: 'app' },
    tmpfs: ['/var/lib/postgresql/data'],
    command: ['postgres', '-c', 'fsync=off', '-c', 'max_prepared_transactions=4', '-c', 'wal_level=logical'],
    reset: { strategy, probe: null, database: 'app', user: 'postgres', setup },
    ...more,
  };
}

export function redis(
  strategy: 'redis.flush' | 'redis.database',
  more: Partial<ServiceSetting> = {},
): ServiceSetting {
  return {
    image: 'cleangrid-test/redis:latest',
    port: 6379,
    reset: { strategy, probe: null },
    ...more,
  };
}
