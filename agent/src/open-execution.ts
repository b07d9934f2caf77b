/** Everything an agent needs to run attempts on one Docker host: its life in the ledger, what dead lives left removed, the pool, the runner. */

import type { Clock } from '@cleangrid/core/clock.ts';
import type { AgentId } from '@cleangrid/core/ids.ts';
import { poolMemoryShare } from '@cleangrid/core/limits.ts';
import { type Meter, noMeter } from '@cleangrid/core/metrics/meter.ts';
import type { PoolCount } from '@cleangrid/core/protocol.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';
import type { Logger } from 'pino';
import type { AttemptRunner } from './attempt-runner.ts';
import type { ContainerRuntime, RuntimeInfo } from './container-runtime.ts';
import { watchContainers } from './pool/container-watch.ts';
import { createImageStore } from './pool/ensure-image.ts';
import type { Ledger, Life } from './pool/ledger.ts';
import { type Reconciled, reconcile } from './pool/reconcile.ts';
import { createInstanceNetworks } from './pool/instance-networks.ts';
import { countPool } from './pool/count-pool.ts';
import { meteredPool } from './pool/metered-pool.ts';
import { openServicePool } from './pool/service-pool.ts';
import { createInstanceReset } from './reset/create-instance-reset.ts';
import { createWorkspaceKeeper } from './workspace/verifying-keeper.ts';
import { limitStarts } from './limit-starts.ts';
import type { GrpcReceiver } from './otlp/listen-for-spans.ts';
import { createSpanReception } from './otlp/scenario-spans.ts';
import { rememberBlobs } from './remember-blobs.ts';
import { createAttemptRunner } from './run-attempt.ts';
import type { StepExecutor } from './step-executor.ts';

export interface ExecutionParts {
  agent: AgentId;
  runtime: ContainerRuntime;
  /** Of the runtime. */
  host: Pick<RuntimeInfo, 'hostName' | 'memoryBytes'>;
  executor: StepExecutor;
  ledger: Ledger;
  /** Ended by the execution, when everything it made is gone. */
  life: Life;
  /** Leases at once. */
  slots: number;
  /** How long a clean container that nobody uses stays, also beyond this life. 0: nothing stays. */
  keepWarmMs: number;
  leaves: Leaving;
  /** Who may share a container: the identity behind the submissions. */
  trustDomain: string;
  /** What an operator wants to be used where a suite names another image. */
  imageAliases: ReadonlyMap<string, string>;
  blobs: BlobStore;
  /** Takes spans of programs that send them over gRPC. */
  spanReceiver: GrpcReceiver;
  clock: Clock;
  logger: Logger;
  meter?: Meter;
}

/** What stays for other lives after an orderly end: all that is clean; the clean containers that this life did not have; nothing. */
export type Leaving = 'clean' | 'others' | 'nothing';

export interface Execution {
  readonly runner: AttemptRunner;
  /** What earlier lives had left behind, now removed. */
  readonly reconciled: Reconciled;
  /** What its pool holds now. */
  pool(): PoolCount[];
  /** Removes what this life made, but for what it leaves. Nothing may run any more. */
  close(): Promise<void>;
  /** The same at once, whatever still runs. */
  abandon(): Promise<void>;
}

/** Throws `daemon_unreachable` and the runtime's other errors, with nothing left behind. */
export async function openExecution(parts: ExecutionParts): Promise<Execution> {
  const { clock, logger, agent, ledger, life, leaves, meter = noMeter } = parts;
  const runtime = limitStarts(parts.runtime);
  const blobs = rememberBlobs(parts.blobs);
  const reconciled = await reconcile({ runtime, ledger, clock });
  const owner = { ledger: ledger.id, home: ledger.home, agent, boot: life.boot };
  const watch = watchContainers({ runtime, owner, clock });
  let serial = 0;
  const nextSerial = (): number => {
    serial += 1;
    return serial;
  };
  const pool = openServicePool({
    ...parts,
    blobs,
    meter,
    runtime,
    ledger: ledger.pool,
    owner,
    watch,
    images: createImageStore({ runtime, clock }, parts.imageAliases),
    networks: createInstanceNetworks(runtime, owner, nextSerial),
    keeper: createWorkspaceKeeper({ runtime, blobs }),
    createReset: createInstanceReset,
    limits: {
      ...parts,
      leaveWarm: leaves === 'clean',
      memoryBytes: parts.host.memoryBytes * poolMemoryShare,
    },
    nextSerial,
  });
  /** A life that has ended owns nothing: what carries its number is left over, whoever made it and whatever went wrong. */
  const removeWhatIsLeft = async (): Promise<void> => {
    life.end();
    await reconcile({ runtime, ledger, clock, hasHeirs: leaves !== 'nothing' });
  };
  return {
    reconciled,
    runner: createAttemptRunner({
      pool: meteredPool(pool, { meter, clock }),
      watch,
      blobs,
      clock,
      logger,
      meter,
      reception: createSpanReception({ clock, logger, host: parts.host.hostName, grpc: parts.spanReceiver }),
    }),
    pool: () => countPool(pool.describe()),
    async close() {
      try {
        await pool.close();
      } finally {
        await watch.stop();
        await removeWhatIsLeft();
      }
    },
    abandon: removeWhatIsLeft,
  };
}
