/**
 * A complete grid in one process: coordinator, agent, mailboxes in memory, the run store on disk, the Docker of this machine. The same
 * code as across processes; only what carries messages differs.
 */

import { readdir, rm } from 'node:fs/promises';
import { availableParallelism, homedir } from 'node:os';
import { join } from 'node:path';
import { openDocker } from '@cleangrid/agent/adapters/docker/docker-runtime.ts';
import { openLedger } from '@cleangrid/agent/adapters/sqlite-ledger.ts';
import { startAgent } from '@cleangrid/agent/agent.ts';
import type { ContainerRuntime } from '@cleangrid/agent/container-runtime.ts';
import { createPlainExecutor } from '@cleangrid/agent/plain-executor.ts';
import { watchContainers } from '@cleangrid/agent/pool/container-watch.ts';
import { createImageStore } from '@cleangrid/agent/pool/ensure-image.ts';
import type { Ledger } from '@cleangrid/agent/pool/ledger.ts';
import { reconcile } from '@cleangrid/agent/pool/reconcile.ts';
import { openServicePool } from '@cleangrid/agent/pool/service-pool.ts';
import { createSuiteNetworks } from '@cleangrid/agent/pool/suite-networks.ts';
import { createAttemptRunner } from '@cleangrid/agent/run-attempt.ts';
import { openSqliteRunStore } from '@cleangrid/coordinator/adapters/sqlite-run-store.ts';
import { openCoordinator } from '@cleangrid/coordinator/coordinator.ts';
import type { Defer } from '@cleangrid/core/defer.ts';
import { type AgentId, id } from '@cleangrid/core/ids.ts';
import { inProcessLink } from '@cleangrid/core/in-process-link.ts';
import { MemoryMailboxes } from '@cleangrid/core/memory-mailboxes.ts';
import { version } from '@cleangrid/core/version.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';
import type { Logger } from 'pino';
import { openDirectoryBlobStore } from './adapters/directory-blob-store.ts';
import type { CommandContext } from './command-context.ts';
import { imageAliases } from './image-aliases.ts';
import type { LocalGrid, LocalGridOptions } from './local-grid.ts';
import { openLog } from './open-log.ts';

const agent = id<AgentId>('local');
const defer: Defer = (task) => void setImmediate(task);

type Ports = Pick<CommandContext, 'config' | 'clock' | 'ids' | 'terminal'>;

/** Throws `daemon_unreachable`, `store_failed`, `disk_full` and `bad_usage`; then nothing stays open. */
export async function openLocalGrid(options: LocalGridOptions, ports: Ports): Promise<LocalGrid> {
  const { config, clock, ids, terminal } = ports;
  const { stateDirectory } = config;
  await using opened = new AsyncDisposableStack();
  const log = await openLog({ stateDirectory, shownFrom: options.logLevel, terminal });
  opened.defer(() => log.close());
  const runtime = await openDocker({ environment: config.environment, homeDirectory: homedir(), clock });
  const { hostName } = await runtime.info();
  const ledger = openLedger(join(stateDirectory, 'agent'), { clock, ids });
  opened.defer(() => ledger.close());
  const removed = await reconcile(runtime, ledger);
  const life = ledger.begin();
  const removeAllOfIt = async (): Promise<void> => {
    life.end();
    await reconcile(runtime, ledger);
  };
  // The pool removes what it made; this finds what it could not.
  opened.defer(removeAllOfIt);
  const directory = join(stateDirectory, 'runs', String(life.boot));
  const blobs = await openBlobs(ledger, { runs: join(stateDirectory, 'runs'), directory });
  opened.defer(() => rm(join(directory, 'blobs'), { recursive: true, force: true }));
  const store = openSqliteRunStore({ directory, durationsFile: join(stateDirectory, 'durations.sqlite') });
  opened.defer(() => store.close());
  const mailboxes = new MemoryMailboxes(defer);
  const coordinator = await openCoordinator({ store, mailboxes, blobs, clock, ids, logger: log.logger });
  opened.defer(() => coordinator.close());
  const owner = { ledger: ledger.id, agent, boot: life.boot };
  const logger = log.logger.child({ agent });
  const { runner, close } = openRunner({ runtime, owner, blobs, logger }, options, ports);
  opened.defer(close);
  const running = startAgent({
    agent,
    boot: life.boot,
    host: hostName,
    slots: options.slots ?? availableParallelism(),
    executor: 'plain',
    version,
    dialer: inProcessLink(coordinator.accept, defer),
    mailboxes,
    runner,
    clock,
    logger,
  });
  opened.defer(() => running.stop());
  const lifetime = opened.move();
  return {
    runs: coordinator.runs,
    removedAtStart: removed.containers + removed.networks + removed.volumes,
    close: () => lifetime.disposeAsync(),
    abandon: () =>
      removeAllOfIt().catch((error: unknown) => logger.warn({ err: error }, 'not all was removed')),
  };
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

interface RunnerParts {
  runtime: ContainerRuntime;
  owner: { ledger: string; agent: AgentId; boot: number };
  blobs: BlobStore;
  logger: Logger;
}

function openRunner(
  { runtime, owner, blobs, logger }: RunnerParts,
  options: LocalGridOptions,
  { clock, ids }: Ports,
): { runner: ReturnType<typeof createAttemptRunner>; close: () => Promise<void> } {
  const watch = watchContainers({ runtime, owner, clock });
  let serial = 0;
  const pool = openServicePool({
    agent,
    runtime,
    executor: createPlainExecutor({ containers: runtime.containers, clock, ids }),
    owner,
    images: createImageStore(runtime, imageAliases(options.imageAliases)),
    networks: createSuiteNetworks(runtime, owner),
    blobs,
    watch,
    clock,
    logger,
    nextSerial() {
      serial += 1;
      return serial;
    },
  });
  return {
    runner: createAttemptRunner({ pool, watch, blobs, clock, logger }),
    async close() {
      await pool.removeAll();
      await watch.stop();
    },
  };
}
