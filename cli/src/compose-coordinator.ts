/** The process `cleangrid coordinator`: run store and blobs on disk, mailboxes in JetStream, one gRPC listener for agents and callers. */

import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { serveGrpc } from '@cleangrid/coordinator/adapters/grpc-server.ts';
import { JetStreamSender } from '@cleangrid/coordinator/adapters/jetstream-sender.ts';
import { pruneStreams } from '@cleangrid/coordinator/adapters/prune-streams.ts';
import { openSqliteRunStore } from '@cleangrid/coordinator/adapters/sqlite-run-store.ts';
import { openCoordinator } from '@cleangrid/coordinator/coordinator.ts';
import { neededBlobs } from '@cleangrid/coordinator/needed-blobs.ts';
import type { RunStore } from '@cleangrid/coordinator/run-store.ts';
import type { Clock } from '@cleangrid/core/clock.ts';
import {
  blobBytesKeptMax,
  blobsFreshMs,
  blobsKeptMs,
  foreignStreamsKeptMs,
  prunePauseMs,
} from '@cleangrid/core/limits.ts';
import type { NatsConnection } from 'nats';
import type { Logger } from 'pino';
import { awaitNats } from './adapters/await-nats.ts';
import { type DirectoryBlobStore, openDirectoryBlobStore } from './adapters/directory-blob-store.ts';
import { serveHealth } from './adapters/health-server.ts';
import { openOtelMeter } from './adapters/otel-meter.ts';
import type { CommandContext } from './command-context.ts';
import type { CoordinatorProcess, CoordinatorProcessOptions } from './grid-processes.ts';
import { openLog } from './open-log.ts';
import { composeOtlpSink } from './compose-otlp-sink.ts';
import { repeat } from './repeat.ts';

type Ports = Pick<CommandContext, 'clock' | 'ids' | 'terminal'>;

/** Percent of what lives in the heap that may come on top before it is collected: left to itself V8 follows the memory of the machine. */
const heapGrowthPercent = 50;

/** Throws `already_exists`, `store_failed`, `disk_full`, `version_mismatch`, `unavailable` and `bad_usage`; then nothing stays open. */
export async function openCoordinatorProcess(
  options: CoordinatorProcessOptions,
  { clock, ids, terminal }: Ports,
): Promise<CoordinatorProcess> {
  const { stateDirectory, health, address, transport, otlp, traceUrl } = options;
  setFlagsFromString(`--heap-growing-percent=${heapGrowthPercent}`);
  await using opened = new AsyncDisposableStack();
  const log = await openLog({ stateDirectory, shownFrom: options.logLevel, terminal });
  opened.defer(() => log.close());
  const { logger } = log;
  const store = openSqliteRunStore({ directory: stateDirectory });
  opened.defer(() => store.close());
  const blobs = await openDirectoryBlobStore(join(stateDirectory, 'blobs'));
  const connection = await awaitNats('cleangrid coordinator', options, clock);
  opened.defer(() => connection.close());
  const mailboxes = new JetStreamSender({ connection, blobs, clock, logger });
  opened.defer(() => mailboxes.close());
  const meter = openOtelMeter({
    by: 'coordinator',
    instance: null,
    sink: await composeOtlpSink(otlp, 'metrics'),
    logger,
  });
  opened.defer(() => meter.close());
  const coordinator = await openCoordinator({
    store,
    mailboxes,
    blobs,
    clock,
    ids,
    logger,
    traceUrl,
    spanSink: await composeOtlpSink(otlp, 'traces'),
    meter,
  });
  const server = await serveGrpc(
    { address: address.text, tls: transport.tls, introduction: transport.introduction },
    { accept: coordinator.accept, runs: coordinator.runs, blobs, clock },
  ).catch(async (error: unknown) => {
    await coordinator.close();
    throw error;
  });
  opened.defer(() => server.close());
  // Before the listener: what it closes ends the listener's calls.
  opened.defer(() => coordinator.close());
  if (health) {
    const healthServer = await serveHealth(health, {
      whyNotReady: () => coordinator.whyNotReady(),
      metrics: () => meter.text(),
    });
    opened.defer(() => healthServer.close());
  }
  opened.defer(repeat(clock, prunePauseMs, () => prune({ store, blobs, connection, clock, logger })));
  const lifetime = opened.move();
  return { port: server.port, close: () => lifetime.disposeAsync() };
}

interface Pruned {
  store: RunStore;
  blobs: DirectoryBlobStore;
  connection: NatsConnection;
  clock: Clock;
  logger: Logger;
}

/** Old runs go by the coordinator's own tick. What cannot be pruned now is tried again later. */
async function prune({ store, blobs, connection, clock, logger }: Pruned): Promise<void> {
  const nowMs = clock.nowMs();
  try {
    const removedBlobs = await blobs.prune({
      needed: await neededBlobs(store, blobs),
      usedSinceMs: nowMs - blobsKeptMs,
      freshSinceMs: nowMs - blobsFreshMs,
      bytes: blobBytesKeptMax,
    });
    const removedStreams = await pruneStreams(connection, nowMs - foreignStreamsKeptMs);
    logger.debug({ removedBlobs, removedStreams }, 'pruned');
  } catch (error) {
    logger.warn({ err: error }, 'not everything old was pruned');
  }
}
