/**
 * A complete grid in one process: coordinator, agent, mailboxes in memory, the run store on disk, the Docker of this machine. The same
 * code as across processes; only what carries messages differs.
 */

import { readdir, rm } from 'node:fs/promises';
import { availableParallelism, homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createOtlpGrpcReceiver } from '@cleangrid/agent/adapters/otlp-grpc-receiver.ts';
import { openDocker } from '@cleangrid/agent/adapters/docker/docker-runtime.ts';
import { openLedger } from '@cleangrid/agent/adapters/sqlite-ledger.ts';
import { startAgent } from '@cleangrid/agent/agent.ts';
import { type Leaving, openExecution } from '@cleangrid/agent/open-execution.ts';
import type { Ledger, Life } from '@cleangrid/agent/pool/ledger.ts';
import { openExecutor } from '@cleangrid/agent/supervisor/open-executor.ts';
import {
  forgetSentSpans,
  markSpansToSend,
  sendLeftOverSpans,
} from '@cleangrid/coordinator/adapters/left-over-spans.ts';
import { openRunHistory } from '@cleangrid/coordinator/adapters/run-history.ts';
import { openSqliteRunStore } from '@cleangrid/coordinator/adapters/sqlite-run-store.ts';
import { openCoordinator } from '@cleangrid/coordinator/coordinator.ts';
import type { RunStore } from '@cleangrid/coordinator/run-store.ts';
import type { OtlpSink } from '@cleangrid/coordinator/trace/otlp-sink.ts';
import type { Clock } from '@cleangrid/core/clock.ts';
import type { Defer } from '@cleangrid/core/defer.ts';
import { type AgentId, id } from '@cleangrid/core/ids.ts';
import { inProcessLink } from '@cleangrid/core/in-process-link.ts';
import { runBytesKeptMax, runsKeptMax } from '@cleangrid/core/limits.ts';
import { MemoryMailboxes } from '@cleangrid/core/memory-mailboxes.ts';
import { version } from '@cleangrid/core/version.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';
import type { Logger } from 'pino';
import { openDirectoryBlobStore } from './adapters/directory-blob-store.ts';
import type { CommandContext } from './command-context.ts';
import { readImageAliases } from './image-aliases.ts';
import type { RunGrid, LocalGridOptions } from './run-grid.ts';
import { openLog } from './open-log.ts';
import { composeOtlpSink } from './compose-otlp-sink.ts';
import { startJanitor } from './start-janitor.ts';
import { supervisorPrograms } from './supervisor-programs.ts';

const agent = id<AgentId>('local');
const defer: Defer = (task) => void setImmediate(task);

type Ports = Pick<CommandContext, 'config' | 'clock' | 'ids' | 'terminal'>;

/** Throws `daemon_unreachable`, `store_failed`, `disk_full` and `bad_usage`; then nothing stays open. */
export async function openLocalGrid(options: LocalGridOptions, ports: Ports): Promise<RunGrid> {
  const { config, clock, ids, terminal } = ports;
  const { stateDirectory } = config;
  await using opened = new AsyncDisposableStack();
  const log = await openLog({ stateDirectory, shownFrom: options.logLevel, terminal });
  opened.defer(() => log.close());
  const logger = log.logger.child({ agent });
  const runtime = await openDocker({ environment: config.environment, homeDirectory: homedir(), clock });
  const host = await runtime.info();
  const { ledger, life } = beginLife(join(stateDirectory, 'agent'), ports, { logger, opened });
  const directory = join(stateDirectory, 'runs', String(life.boot));
  const blobs = await openBlobs(ledger, { runs: join(stateDirectory, 'runs'), directory });
  opened.defer(() => rm(join(directory, 'blobs'), { recursive: true, force: true }));
  opened.defer(() => pruneHistory(join(stateDirectory, 'runs'), logger));
  const store = openStore(stateDirectory, directory);
  opened.defer(() => store.close());
  sendSpans(options, { stateDirectory, directory, store, clock, logger, opened });
  const mailboxes = new MemoryMailboxes(defer);
  const { traceUrl } = options;
  const served = { store, mailboxes, blobs, clock, ids, logger: log.logger, traceUrl };
  const spanSink = await composeOtlpSink(options.otlp, 'traces');
  const coordinator = await openCoordinator({ ...served, spanSink });
  opened.defer(() => coordinator.close());
  const { architecture, hostName } = host;
  const programs = supervisorPrograms();
  const executor = await openExecutor({ runtime, clock, ids, logger, architecture, programs });
  const slots = options.slots ?? availableParallelism();
  const owned = { agent, ledger, life, imageAliases: readImageAliases(options.imageAliases) };
  const { keepWarmMs } = options;
  const leaves: Leaving = keepWarmMs > 0 ? 'clean' : 'others';
  const warmth = { keepWarmMs, leaves, trustDomain: `user ${userInfo().uid}` };
  const spanReceiver = createOtlpGrpcReceiver;
  const shared = { slots, runtime, host, executor, blobs, spanReceiver, clock, logger };
  const execution = await openExecution({ ...owned, ...warmth, ...shared });
  opened.defer(() => execution.close());
  const running = startAgent({
    agent,
    boot: life.boot,
    host: hostName,
    slots,
    executor: executor.kind,
    version,
    dialer: inProcessLink(coordinator.accept, defer),
    mailboxes,
    runner: execution.runner,
    pool: execution.pool,
    clock,
    logger,
  });
  opened.defer(() => running.stop());
  const lifetime = opened.move();
  const { containers, networks, volumes } = execution.reconciled;
  return {
    runs: coordinator.runs,
    removedAtStart: containers + networks + volumes,
    close: () => lifetime.disposeAsync(),
    abandon: () =>
      execution.abandon().catch((error: unknown) => logger.warn({ err: error }, 'not all was removed')),
  };
}

/** Whatever ends the machine ends the run as well: more than its own end the store need not survive. */
function openStore(stateDirectory: string, directory: string): RunStore {
  const durationsFile = join(stateDirectory, 'durations.sqlite');
  return openSqliteRunStore({ directory, durationsFile, survives: 'kill' });
}

/** Also those of earlier runs, whose back end was away. */
function sendSpans(
  { otlp }: LocalGridOptions,
  { stateDirectory, directory, store, clock, logger, opened }: SpansSent,
): void {
  if (otlp === null) return;
  const { url: endpoint } = otlp;
  markSpansToSend(directory, endpoint);
  opened.defer(() => forgetSentSpans(directory, store));
  const openSink = (): Promise<OtlpSink> => composeOtlpSink(otlp, 'traces');
  const durationsFile = join(stateDirectory, 'durations.sqlite');
  const stopping = new AbortController();
  const parts = { runs: join(stateDirectory, 'runs'), endpoint, openSink, durationsFile, clock, logger };
  const sent = sendLeftOverSpans(parts, stopping.signal);
  opened.defer(async () => {
    stopping.abort();
    await sent;
  });
}

interface SpansSent {
  stateDirectory: string;
  /** Of the run's own store. */
  directory: string;
  store: RunStore;
  clock: Clock;
  logger: Logger;
  opened: AsyncDisposableStack;
}

function beginLife(
  directory: string,
  { clock, ids }: Ports,
  { logger, opened }: { logger: Logger; opened: AsyncDisposableStack },
): { ledger: Ledger; life: Life } {
  const ledger = openLedger(directory, { clock, ids });
  opened.defer(() => ledger.close());
  const life = ledger.begin();
  opened.defer(() => life.end());
  startJanitor(ledger, directory, logger);
  return { ledger, life };
}

/** The blobs of a grid are of no use after it; those of killed ones are removed here. */
async function openBlobs(
  ledger: Ledger,
  { runs, directory }: { runs: string; directory: string },
): Promise<BlobStore> {
  const blobs = await openDirectoryBlobStore(join(directory, 'blobs'));
  for (const boot of await readdir(runs)) {
    if (!ledger.isAlive(Number(boot))) await rm(join(runs, boot, 'blobs'), { recursive: true, force: true });
  }
  return blobs;
}

/** After the run, when it costs nobody time. A history that cannot be pruned is no fault of the run's. */
function pruneHistory(runs: string, logger: Logger): void {
  try {
    openRunHistory(runs).prune({ runs: runsKeptMax, bytes: runBytesKeptMax });
  } catch (error) {
    logger.warn({ err: error }, 'the history was not pruned');
  }
}
