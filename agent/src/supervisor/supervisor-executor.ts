/** Steps through a supervisor in each container. A container in which it cannot work is served by plain exec instead. */

import type { Clock } from '@cleangrid/core/clock.ts';
import { isGridError } from '@cleangrid/core/errors.ts';
import type { Logger } from 'pino';
import type { Containers } from '../container-runtime.ts';
import type { ContainerMount } from '../container-runtime.ts';
import type { ContainerNeeds, StepExecutor } from '../step-executor.ts';
import { deliveredProgram } from './delivery.ts';
import { openSupervisedContainer } from './supervised-container.ts';

export interface SupervisorExecutorParts {
  containers: Containers;
  clock: Clock;
  logger: Logger;
  /** Puts the program onto the daemon (`delivery.ts`). */
  deliver(image: string): Promise<ContainerMount>;
  fallback: StepExecutor;
}

export function createSupervisorExecutor(parts: SupervisorExecutorParts): StepExecutor {
  let hasWarned = false;
  return {
    kind: 'supervisor',
    async prepare(image): Promise<ContainerNeeds> {
      return {
        mounts: [await parts.deliver(image)],
        idleCommand: [deliveredProgram, 'hold'],
        idleIsInit: true,
      };
    },
    async open(container, signal) {
      try {
        const { containers, clock } = parts;
        return await openSupervisedContainer(
          { containers, clock, program: deliveredProgram },
          container,
          signal,
        );
      } catch (error) {
        if (!isGridError(error, 'exec_failed', 'version_mismatch')) throw error;
        if (!hasWarned)
          parts.logger.warn(
            { err: error, container },
            'the supervisor does not work here: steps run by plain exec',
          );
        hasWarned = true;
        return parts.fallback.open(container, signal);
      }
    },
  };
}
