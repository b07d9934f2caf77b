/** The process `cleangrid agent`: runs attempts on the Docker of this machine for a coordinator that it dials. */

import { availableParallelism, homedir } from 'node:os';
import { join } from 'node:path';
import { createOtlpGrpcReceiver } from '@cleangrid/agent/adapters/otlp-grpc-receiver.ts';
import { openDocker } from '@cleangrid/agent/adapters/docker/docker-runtime.ts';
import { grpcDialer } from '@cleangrid/agent/adapters/grpc-dialer.ts';
import { JetStreamReader } from '@cleangrid/agent/adapters/jetstream-reader.ts';
import { openLedger } from '@cleangrid/agent/adapters/sqlite-ledger.ts';
import { startAgent } from '@cleangrid/agent/agent.ts';
import { type Execution, openExecution } from '@cleangrid/agent/open-execution.ts';
import { openExecutor } from '@cleangrid/agent/supervisor/open-executor.ts';
import {
  blobBytesKeptMax,
  blobsFreshMs,
  blobsKeptMs,
  keepWarmMsDefault,
  prunePauseMs,
} from '@cleangrid/core/limits.ts';
import type { Clock } from '@cleangrid/core/clock.ts';
import type { MailboxReader } from '@cleangrid/core/mailboxes.ts';
import type { Meter } from '@cleangrid/core/metrics/meter.ts';
import type { ExecutorKind } from '@cleangrid/core/result.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';
import { version } from '@cleangrid/core/version.ts';
import { GrpcBlobStore } from '@cleangrid/proto/adapters/grpc-blob-store.ts';
import type { GrpcTarget } from '@cleangrid/proto/adapters/grpc-transport.ts';
import type { Logger } from 'pino';
import { awaitNats } from './adapters/await-nats.ts';
import { type DirectoryBlobStore, openDirectoryBlobStore } from './adapters/directory-blob-store.ts';
import { serveHealth } from './adapters/health-server.ts';
import { openOtelMeter } from './adapters/otel-meter.ts';
import { type Announced, announceConnection } from './announce-connection.ts';
import { cachedBlobs } from './cached-blobs.ts';
import { composeOtlpSink } from './compose-otlp-sink.ts';
import type { CommandContext } from './command-context.ts';
import type { AgentProcess, AgentProcessOptions } from './grid-processes.ts';
import { readImageAliases } from './image-aliases.ts';
import { openLog } from './open-log.ts';
import { repeat } from './repeat.ts';
import { keepJanitor } from './start-janitor.ts';
import { supervisorPrograms } from './supervisor-programs.ts';

type Ports = Pick<CommandContext, 'config' | 'clock' | 'ids' | 'terminal'>;

/** Throws `daemon_unreachable`, `store_failed`, `unavailable` and `bad_usage`; then nothing stays open. */
export async function openAgentProcess(options: AgentProcessOptions, ports: Ports): Promise<AgentProcess> {
  const { name: agent, health } = options;
  const { clock, terminal } = ports;
  await using opened = new AsyncDisposableStack();
  const log = await openLog({ ...options, shownFrom: options.logLevel, terminal });
  opened.defer(() => log.close());
  const logger = log.logger.child({ agent });
  const sink = await composeOtlpSink(options.otlp, 'metrics');
  const meter = openOtelMeter({ by: 'agent', instance: agent, sink, logger });
  opened.defer(() => meter.close());
  const connections = await openConnections(options, { clock, logger, opened });
  const { execution, host, executor, boot } = await openHost(options, ports, {
    ...connections,
    logger,
    meter,
    opened,
  });
  const { link, mailboxes, stopping } = connections;
  if (health) {
    const healthServer = await serveHealth(health, {
      whyNotReady: () => link.whyNotReady(),
      metrics: () => meter.text(),
    });
    opened.defer(() => healthServer.close());
  }
  const slots = options.slots ?? availableParallelism();
  const { dialer } = link;
  const { runner, reconciled, pool } = execution;
  const known = { agent, boot, host, slots, executor, version };
  const running = startAgent({ ...known, dialer, mailboxes, runner, pool, clock, logger });
  opened.defer(() => running.stop());
  opened.defer(() => stopping.abort(new Error('the agent stops')));
  opened.defer(() => link.end());
  const lifetime = opened.move();
  return {
    host,
    slots,
    executor,
    removedAtStart: reconciled.containers + reconciled.networks + reconciled.volumes,
    refused: running.refused,
    drain() {
      link.end();
      return running.drain();
    },
    close: () => lifetime.disposeAsync(),
    abandon: () =>
      execution.abandon().catch((error: unknown) => logger.warn({ err: error }, 'not all was removed')),
  };
}

interface Wiring {
  clock: Clock;
  logger: Logger;
  /** Closes what is opened, last first. */
  opened: AsyncDisposableStack;
}

interface Connections {
  link: Announced;
  mailboxes: MailboxReader;
  blobs: BlobStore;
  /** Ends the waiting for an absent coordinator. */
  stopping: AbortController;
}

async function openConnections(options: AgentProcessOptions, wiring: Wiring): Promise<Connections> {
  const { address, transport, name, stateDirectory, say } = options;
  const { clock, logger, opened } = wiring;
  const connection = await awaitNats(`cleangrid agent ${name}`, options, clock);
  opened.defer(() => connection.close());
  const { tls, introduction } = transport;
  const target: GrpcTarget = { address: address.text, tls, introduction };
  const origin = new GrpcBlobStore(target, clock);
  opened.defer(() => origin.close());
  const cache = await openDirectoryBlobStore(join(stateDirectory, 'blobs'));
  opened.defer(repeat(clock, prunePauseMs, () => prune(cache, clock, logger)));
  const stopping = new AbortController();
  return {
    link: announceConnection(grpcDialer(target, clock), address.text, say),
    mailboxes: new JetStreamReader({ connection, blobs: origin, clock, logger }),
    blobs: cachedBlobs({ cache, origin, clock, signal: stopping.signal }),
    stopping,
  };
}

interface Host {
  execution: Execution;
  host: string;
  executor: ExecutorKind;
  boot: number;
}

async function openHost(
  { name: agent, slots, stateDirectory, imageAliases }: AgentProcessOptions,
  { config, clock, ids }: Ports,
  { blobs, logger, meter, opened }: Pick<Connections, 'blobs'> & Omit<Wiring, 'clock'> & { meter: Meter },
): Promise<Host> {
  const runtime = await openDocker({ environment: config.environment, homeDirectory: homedir(), clock });
  const host = await runtime.info();
  const ledger = openLedger(stateDirectory, { clock, ids });
  opened.defer(() => ledger.close());
  const life = ledger.begin();
  opened.defer(() => life.end());
  opened.defer(keepJanitor({ ledger, stateDirectory, clock, logger }));
  const executor = await openExecutor({
    runtime,
    clock,
    ids,
    logger,
    architecture: host.architecture,
    programs: supervisorPrograms(),
  });
  const pool = {
    slots: slots ?? availableParallelism(),
    keepWarmMs: keepWarmMsDefault,
    // What an operator stops is gone: only a life that was cut short leaves its clean containers to the next.
    leaves: 'nothing' as const,
    trustDomain: 'grid',
  };
  const spanReceiver = createOtlpGrpcReceiver;
  const owned = { agent, ledger, life, ...pool, imageAliases: readImageAliases(imageAliases) };
  const execution = await openExecution({
    ...owned,
    runtime,
    host,
    executor,
    blobs,
    spanReceiver,
    clock,
    logger,
    meter,
  });
  opened.defer(() => execution.close());
  return { execution, host: host.hostName, executor: executor.kind, boot: life.boot };
}

/** All of it can be fetched again. */
async function prune(cache: DirectoryBlobStore, clock: Clock, logger: Logger): Promise<void> {
  const nowMs = clock.nowMs();
  try {
    await cache.prune({
      needed: new Set(),
      usedSinceMs: nowMs - blobsKeptMs,
      freshSinceMs: nowMs - blobsFreshMs,
      bytes: blobBytesKeptMax,
    });
  } catch (error) {
    logger.warn({ err: error }, 'not every old blob was removed');
  }
}
