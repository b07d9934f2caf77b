/** Everything an agent needs to run attempts on one Docker host: its life in the ledger, what dead lives left removed, the pool, the runner. */

import type { Clock } from '@cleangrid/core/clock.ts';
import type { AgentId } from '@cleangrid/core/ids.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';
import type { Logger } from 'pino';
import type { AttemptRunner } from './attempt-runner.ts';
import type { ContainerRuntime } from './container-runtime.ts';
import { watchContainers } from './pool/container-watch.ts';
import { createImageStore } from './pool/ensure-image.ts';
import type { Ledger, Life } from './pool/ledger.ts';
import { type Reconciled, reconcile } from './pool/reconcile.ts';
import { openServicePool } from './pool/service-pool.ts';
import { createSuiteNetworks } from './pool/suite-networks.ts';
import { createAttemptRunner } from './run-attempt.ts';
import type { StepExecutor } from './step-executor.ts';

export interface ExecutionParts {
  agent: AgentId;
  runtime: ContainerRuntime;
  executor: StepExecutor;
  ledger: Ledger;
  /** Ended by the execution, when everything it made is gone. */
  life: Life;
  /** What an operator wants to be used where a suite names another image. */
  imageAliases: ReadonlyMap<string, string>;
  blobs: BlobStore;
  clock: Clock;
  logger: Logger;
}

export interface Execution {
  readonly runner: AttemptRunner;
  /** What earlier lives had left behind, now removed. */
  readonly reconciled: Reconciled;
  /** Removes every container, network and volume of this life. Nothing may run any more. */
  close(): Promise<void>;
  /** Removes them at once, whatever still runs. */
  abandon(): Promise<void>;
}

/** Throws `daemon_unreachable` and the runtime's other errors, with nothing left behind. */
export async function openExecution(parts: ExecutionParts): Promise<Execution> {
  const { runtime, clock, logger, agent, ledger, life } = parts;
  const reconciled = await reconcile(runtime, ledger);
  const owner = { ledger: ledger.id, agent, boot: life.boot };
  const watch = watchContainers({ runtime, owner, clock });
  let serial = 0;
  const pool = openServicePool({
    ...parts,
    owner,
    watch,
    images: createImageStore(runtime, parts.imageAliases),
    networks: createSuiteNetworks(runtime, owner),
    nextSerial() {
      serial += 1;
      return serial;
    },
  });
  /** A life that has ended owns nothing: what carries its number is left over, whoever made it and whatever went wrong. */
  const removeWhatIsLeft = async (): Promise<void> => {
    life.end();
    await reconcile(runtime, ledger);
  };
  return {
    reconciled,
    runner: createAttemptRunner({ pool, watch, blobs: parts.blobs, clock, logger }),
    async close() {
      try {
        await pool.removeAll();
      } finally {
        await watch.stop();
        await removeWhatIsLeft();
      }
    },
    abandon: removeWhatIsLeft,
  };
}
