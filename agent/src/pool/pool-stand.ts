/** A pool on a Docker host in memory, with a ledger on disk and a clock that a test moves. */

import type { Clock, Ids } from '@cleangrid/core/clock.ts';
import { GridError } from '@cleangrid/core/errors.ts';
import { type AgentId, id, type ServiceName, type Sha256 } from '@cleangrid/core/ids.ts';
import { type Meter, noMeter } from '@cleangrid/core/metrics/meter.ts';
import type { PlannedScenario, PlannedService, PlannedSuite } from '@cleangrid/core/plan.ts';
import { encodeManifest } from '@cleangrid/core/workspace.ts';
import { pino } from 'pino';
import type { ContainerRuntime } from '../container-runtime.ts';
import { createFakeRuntime } from '../fake/fake-runtime.ts';
import { idleExecutor } from '../fake/idle-executor.ts';
import { movedClock } from '../fake/moved-clock.ts';
import { virtualClock } from '../fake/virtual-clock.ts';
import { countedReset } from '../reset/counted-reset.ts';
import type { ResetAnswer } from '../reset/instance-reset.ts';
import type { WorkspaceKeeper } from '../workspace/workspace-keeper.ts';
import { watchContainers } from './container-watch.ts';
import { createImageStore } from './ensure-image.ts';
import { createInstanceNetworks } from './instance-networks.ts';
import type { Lease } from './lease.ts';
import type { LeaseTimeline } from './lease-timeline.ts';
import type { Ledger } from './ledger.ts';
import { labelNames } from './ownership.ts';
import type { ServicePool } from './pool.ts';
import { meteredPool } from './metered-pool.ts';
import { reconcile } from './reconcile.ts';
import { openServicePool } from './service-pool.ts';

export interface PoolStandOptions {
  /** Each life opens it anew. */
  openLedger(ports: { clock: Clock; ids: Ids }): Ledger;
  slots?: number;
  memoryBytes?: number;
  keepWarmMs?: number;
  leaveWarm?: boolean;
  /** What each reset answers. */
  reset?: ResetAnswer | Error;
  /** What a container's preparation for resets answers. */
  prepare?: ResetAnswer;
  /** Of the service `db`. */
  service?: Partial<PlannedService>;
  host?: ContainerRuntime;
  meter?: Meter;
  /** Without one workspace containers are used once. */
  keeper?: WorkspaceKeeper;
}

export interface LeaseOptions {
  fresh?: boolean;
  service?: Partial<PlannedService>;
  services?: Record<string, PlannedService>;
  /** Of the workspace container; none without. */
  image?: string;
  /** Of the scenario's one step; none without. */
  in?: string;
  timeline?: LeaseTimeline;
}

export interface PoolStand {
  readonly host: ContainerRuntime;
  lease(options?: LeaseOptions): Promise<Lease>;
  /** Ids of the containers of this ledger. */
  running(): Promise<string[]>;
  networks(): Promise<string[]>;
  resets(): number;
  /** Resolves when nothing goes on any more that needs no clock. */
  idle(): Promise<void>;
  advance(ms: number): void;
  /** The daemon removes nothing until the result is called. */
  refuseRemovals(): () => void;
  /** The ledger takes nothing until the result is called. */
  refuseWrites(): () => void;
  close(): Promise<void>;
  /** As a killed process: nothing is tidied up. */
  die(): void;
  /** The next life of the same ledger, after it has looked at what is left. */
  nextLife(): Promise<PoolStand>;
  end(): Promise<void>;
}

const workspace = id<Sha256>('workspace');

export function plannedService(name: string, change: Partial<PlannedService> = {}): PlannedService {
  return {
    name: id<ServiceName>(name),
    image: 'postgres:15',
    env: {},
    command: null,
    tmpfs: [],
    mounts: [],
    ready: [],
    readyTimeoutMs: 1000,
    limits: { memoryBytes: null, cpus: null, pids: null },
    isolation: 'reset',
    reset: { strategy: 'exec', command: ['true'], probe: null },
    port: null,
    maxUses: null,
    maxAgeMs: 24 * 60 * 60_000,
    maxContainers: null,
    prewarm: 0,
    healthIntervalMs: 24 * 60 * 60_000,
    source: { file: 's', line: 1, column: 1 },
    ...change,
  };
}

const usedOnce: WorkspaceKeeper = {
  fill: async () => ({ kind: 'clean' }),
  clean: async ({ service }) =>
    service === null ? { kind: 'replace', reason: 'it is used once' } : { kind: 'clean' },
};

export function openPoolStand(options: PoolStandOptions): PoolStand {
  const time = movedClock();
  const host = options.host ?? fakeHost();
  const ledger = options.openLedger({ clock: time.clock, ids: { random: randomText } });
  const life = ledger.begin();
  const counts = { resets: 0 };
  const refused: Refused = { removals: false, writes: false };
  const runtime = refusingRuntime(host, refused);
  const opening = {
    options,
    runtime,
    ledger: refusingLedger(ledger, refused),
    boot: life.boot,
    clock: time.clock,
    counts,
  };
  const { pool, stop } = openPool(opening);
  const ours = { [labelNames.ledger]: ledger.id };
  return {
    host,
    lease: (asked) => leaseFrom(pool, options, asked),
    running: async () => (await host.containers.list(ours)).map((container) => container.id),
    networks: async () => (await host.networks.list(ours)).map(({ name }) => name),
    resets: () => counts.resets,
    idle: settle,
    advance: time.advance,
    refuseRemovals: () => refuse(refused, 'removals'),
    refuseWrites: () => refuse(refused, 'writes'),
    close: () => pool.close(),
    die: () => life.end(),
    async nextLife() {
      life.end();
      await reconcile({ runtime, ledger, clock: time.clock });
      return openPoolStand({ ...options, host });
    },
    async end() {
      await stop();
      life.end();
      ledger.close();
    },
  };
}

interface Refused {
  removals: boolean;
  writes: boolean;
}

function refuse(refused: Refused, what: keyof Refused): () => void {
  refused[what] = true;
  return () => {
    refused[what] = false;
  };
}

function refusingRuntime(host: ContainerRuntime, refused: Refused): ContainerRuntime {
  const remove = async (container: string): Promise<void> => {
    if (refused.removals) throw new GridError('timed_out', 'the daemon is busy');
    await host.containers.remove(container);
  };
  return { ...host, containers: { ...host.containers, remove } };
}

function refusingLedger(ledger: Ledger, refused: Refused): Ledger {
  const { pool } = ledger;
  const mayWrite = (): void => {
    if (refused.writes) throw new GridError('store_failed', 'the disk is gone');
  };
  return {
    ...ledger,
    pool: {
      ...pool,
      put(record) {
        mayWrite();
        pool.put(record);
      },
      lend(record) {
        mayWrite();
        return pool.lend(record);
      },
    },
  };
}

interface Opening {
  options: PoolStandOptions;
  runtime: ContainerRuntime;
  ledger: Ledger;
  boot: number;
  clock: Clock;
  counts: { resets: number };
}

function openPool({ options, runtime, ledger, boot, clock, counts }: Opening): {
  pool: ServicePool;
  stop(): Promise<void>;
} {
  const agent = id<AgentId>('agent');
  const owner = { ledger: ledger.id, home: ledger.home, agent, boot };
  const watch = watchContainers({ runtime, owner, clock });
  const blobs = {
    has: async () => true,
    get: async () => encodeManifest({ files: [] }),
    put: async () => undefined,
  };
  let serial = 0;
  const nextSerial = (): number => (serial += 1);
  const { slots = 4, memoryBytes = 2 ** 40, keepWarmMs = 600_000, leaveWarm = false } = options;
  const meter = options.meter ?? noMeter;
  const pool = openServicePool({
    agent,
    owner,
    runtime,
    watch,
    clock,
    blobs,
    nextSerial,
    executor: idleExecutor,
    logger: pino({ enabled: false }),
    meter,
    ledger: ledger.pool,
    images: createImageStore({ runtime, clock }, new Map()),
    networks: createInstanceNetworks(runtime, owner, nextSerial),
    keeper: options.keeper ?? usedOnce,
    createReset: () => countedReset(options.reset ?? { kind: 'clean' }, counts, options.prepare),
    limits: { slots, memoryBytes, keepWarmMs, leaveWarm },
    trustDomain: 'test',
  });
  return { pool: meteredPool(pool, { meter, clock }), stop: () => watch.stop() };
}

async function leaseFrom(
  pool: ServicePool,
  options: PoolStandOptions,
  asked: LeaseOptions = {},
): Promise<Lease> {
  const { fresh = false, service = options.service ?? {}, services, image, timeline } = asked;
  const all = services ?? { db: plannedService('db', service) };
  const suite: PlannedSuite = {
    name: 'suite',
    description: null,
    version: null,
    file: 'suite',
    workspace,
    services: all,
  };
  const scenario = {
    name: 'scenario',
    services: Object.keys(all),
    image: image ?? null,
    steps: asked.in === undefined ? [] : [{ in: asked.in }],
    timeoutMs: 60_000,
  };
  const answer = await pool.lease(
    {
      suite,
      scenario: scenario as unknown as PlannedScenario,
      fresh,
      progress: () => undefined,
      timeline: timeline ?? null,
    },
    new AbortController().signal,
  );
  if (answer.kind === 'leased') return answer.lease;
  throw new Error(`refused: ${JSON.stringify(answer.verdict)}`);
}

function fakeHost(): ContainerRuntime {
  return createFakeRuntime({
    clock: virtualClock(),
    images: { 'postgres:15': { id: 'sha256:1', command: ['idle'] } },
    programs: () => () => new Promise<number>(() => undefined),
  });
}

let texts = 0;

function randomText(length: number): string {
  texts += 1;
  return String(texts).padEnd(length, 'a');
}

/** The fake host lives in this process: what goes on ends within some turns. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 300; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
