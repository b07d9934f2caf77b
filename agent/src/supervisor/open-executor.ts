/** Chooses how an agent runs steps on its daemon: through the supervisor where it was built for the daemon's architecture, else by plain exec. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Ids } from '@cleangrid/core/clock.ts';
import type { Logger } from 'pino';
import type { ContainerRuntime } from '../container-runtime.ts';
import { createPlainExecutor } from '../plain-executor.ts';
import type { StepExecutor } from '../step-executor.ts';
import { createDelivery } from './delivery.ts';
import { createSupervisorExecutor } from './supervisor-executor.ts';

export interface ExecutorParts {
  runtime: ContainerRuntime;
  clock: Clock;
  ids: Ids;
  logger: Logger;
  /** The daemon's, as it names it. */
  architecture: string;
  /** Holds the built supervisor: `ARCHITECTURE/cleangrid-supervisor`, named as the daemon names itself (`amd64`, `arm64`). */
  programs: string;
}

const programName = 'cleangrid-supervisor';

export async function openExecutor(parts: ExecutorParts): Promise<StepExecutor> {
  const { runtime, clock, ids, logger, architecture, programs } = parts;
  const { containers } = runtime;
  const plain = createPlainExecutor({ containers, clock, ids });
  const program = await readBuilt(join(programs, architecture, programName));
  if (program === null) {
    logger.warn(
      { architecture, programs },
      'no supervisor is built for this architecture: steps run by plain exec',
    );
    return plain;
  }
  return createSupervisorExecutor({
    containers,
    clock,
    logger,
    deliver: createDelivery({ runtime, clock, ids, program }),
    fallback: plain,
  });
}

async function readBuilt(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
