/** What the supervisor's tests stand on: one real container with one session in it, at the level of the protocol. */

import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import { GridError } from '@cleangrid/core/errors.ts';
import { stepOutputWindowBytes } from '@cleangrid/core/limits.ts';
import type { Clock } from '@cleangrid/core/clock.ts';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import { architectures, buildSupervisor } from '../../../supervisor/build.ts';
import { readFile } from 'node:fs/promises';
import { openDocker } from '../../adapters/docker/docker-runtime.ts';
import type { ContainerRuntime, ContainerSpec, ExecOptions, Execution } from '../../container-runtime.ts';
import type { KeptEnd } from '../../step-executor.ts';
import { createDelivery, deliveredProgram } from '../delivery.ts';
import type { RunFrame } from '../frames.ts';
import { openSession, type SessionEnd, type SupervisorSession } from '../session.ts';
import { runStep, type StepEnd } from '../step-run.ts';

export const randomHex = (length: number): string => randomBytes(length).toString('hex').slice(0, length);
export const neverAborted: AbortSignal = new AbortController().signal;

/** A kind of container that steps must run in. */
export interface StandSetting {
  image: string;
  spec?: Partial<ContainerSpec>;
  /** What the session is opened as. */
  sessionUser?: string;
  /** What steps run as, unless they say otherwise. */
  stepUser?: string;
  /** argv before a script. */
  shell?: readonly string[];
  leaseMs?: number;
  dirtyMs?: number;
  /** The agent's. */
  clock?: Clock;
  /** That of the machine's daemon when absent. */
  runtime?: ContainerRuntime;
}

export interface Stand {
  runtime: ContainerRuntime;
  container: string;
  session: SupervisorSession;
  shell: readonly string[];
  /** argv of an ordinary small program. */
  applet(name: string): string[];
  /** How the session ended. */
  ended: Promise<SessionEnd>;
  step(run: Partial<RunFrame>, options?: StepOptions): Promise<RanStep>;
  sh(script: string, run?: Partial<RunFrame>): Promise<RanStep>;
  /** Another session in the same container. */
  open(setting?: Partial<StandSetting>): Promise<Opened>;
  close(): Promise<void>;
}

export interface Opened {
  session: SupervisorSession;
  ended: Promise<SessionEnd>;
}

export interface StepOptions {
  session?: SupervisorSession;
  stdin?: Uint8Array;
  signal?: AbortSignal;
  output?: (stream: 'stdout' | 'stderr', chunk: Uint8Array) => void | Promise<void>;
}

export interface RanStep {
  end: StepEnd;
  stdout: Buffer;
  stderr: Buffer;
  endKept(): Promise<KeptEnd>;
}

export async function openRuntime(): Promise<ContainerRuntime> {
  return openDocker({ environment: process.env, homeDirectory: homedir(), clock: systemClock });
}

export async function openStand(setting: StandSetting): Promise<Stand> {
  const runtime = setting.runtime ?? (await openRuntime());
  const mount = await deliver(runtime, setting.image);
  const container = await runtime.containers.create({
    name: `cleangrid-test-${randomHex(8)}`,
    image: setting.image,
    labels: { 'cleangrid.test': 'supervisor' },
    entrypoint: [deliveredProgram, 'hold'],
    init: false,
    ...setting.spec,
    mounts: [mount, ...(setting.spec?.mounts ?? [])],
  });
  const { shell = ['sh', '-c'] } = setting;
  const open = (other: Partial<StandSetting> = {}): Promise<Opened> =>
    openIn(runtime, container, { ...setting, ...other });
  try {
    await runtime.containers.start(container);
    const { session, ended } = await open();
    const step = (run: Partial<RunFrame>, options: StepOptions = {}): Promise<RanStep> =>
      runToEnd(options.session ?? session, { user: setting.stepUser ?? '', ...run }, options);
    return {
      runtime,
      container,
      session,
      shell,
      ended,
      step,
      open,
      applet: (name) => [...shell.slice(0, -2), name],
      sh: (script, run = {}) => step({ ...run, argv: [...shell, script] }),
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

async function deliver(runtime: ContainerRuntime, image: string) {
  const { architecture } = await runtime.info();
  const known = architectures.find((name) => name === architecture);
  const path = known && (await buildSupervisor(known));
  if (!path) throw new Error(`the supervisor cannot be built for ${architecture}`);
  const program = await readFile(path);
  return createDelivery({ runtime, clock: systemClock, ids: { random: randomHex }, program })(image);
}

function openIn(runtime: ContainerRuntime, container: string, setting: StandSetting): Promise<Opened> {
  const { leaseMs = 20_000, dirtyMs = 1000, sessionUser: user = '0' } = setting;
  const argv = [deliveredProgram, 'serve', String(leaseMs), String(dirtyMs)];
  return openWith(
    (options) => runtime.containers.exec(container, { argv, user, stdin: true }, options),
    setting.clock,
  );
}

/** A session over any way of starting a supervisor. */
export async function openWith(
  start: (options: ExecOptions) => Promise<Execution>,
  clock: Clock = systemClock,
): Promise<Opened> {
  const { promise: ended, resolve } = Promise.withResolvers<SessionEnd>();
  const explain = async (end: SessionEnd): Promise<GridError> => {
    resolve(end);
    return new GridError('runtime_error', `the session ended: ${JSON.stringify(end)}`);
  };
  const session = await openSession({ clock, start, explain }, neverAborted);
  return { session, ended };
}

export async function runToEnd(
  session: SupervisorSession,
  run: Partial<RunFrame>,
  { stdin, signal = neverAborted, output }: StepOptions = {},
): Promise<RanStep> {
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const started = runStep(
    session,
    {
      run: { ...plainRun, hasStdin: stdin !== undefined, ...run },
      stdin: stdin ?? null,
      output: output ?? ((stream, chunk) => void chunks[stream].push(Buffer.from(chunk))),
    },
    signal,
  );
  if (started === null) throw new Error('the command is larger than a frame');
  const end = await started.ended;
  return {
    end,
    stdout: Buffer.concat(chunks.stdout),
    stderr: Buffer.concat(chunks.stderr),
    endKept: () => started.endKept(),
  };
}

/** Time that passes `speed` times as fast, for the agent alone. */
export function variableClock(speed = 1): Clock & { speed: number } {
  return {
    ...systemClock,
    speed,
    after(delayMs, fire) {
      return systemClock.after(delayMs / this.speed, fire);
    },
  };
}

/** A step without anything special, but for its argv. */
export const plainRun: RunFrame = {
  hasStdin: false,
  mergeOutput: false,
  keepProcesses: false,
  timeoutMs: 60_000,
  graceMs: 200,
  outputCredit: stepOutputWindowBytes,
  user: '',
  workdir: '',
  argv: [],
  env: [],
};
