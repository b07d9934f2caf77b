/** An executor of containers in which nothing is run, for tests of what is done with them. */

import type { StepExecutor, StepSession } from '../step-executor.ts';

const session: StepSession = {
  kind: 'supervisor',
  run: async () => {
    throw new Error('the pool runs nothing itself');
  },
  tunnels: null,
  close: async () => undefined,
};

export const idleExecutor: StepExecutor = {
  kind: 'supervisor',
  prepare: async () => ({ mounts: [], idleCommand: ['idle'], idleIsInit: false }),
  open: async () => session,
};
