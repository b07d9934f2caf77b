/** Gives commands the real ports: this process's terminal, environment, signals, clock, and the grid that is loaded when it is needed. */

import { join } from 'node:path';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import { openProcessConsole } from './adapters/process-console.ts';
import { openProcessTerminal } from './adapters/process-terminal.ts';
import { systemIds } from './adapters/system-ids.ts';
import type { CommandContext } from './command-context.ts';
import { readConfig } from './config.ts';

export function composeContext(): CommandContext {
  const config = readConfig();
  const ports = { config, terminal: openProcessTerminal(config), clock: systemClock, ids: systemIds };
  return {
    ...ports,
    console: openProcessConsole(config.environment),
    cwd: process.cwd(),
    signals: process,
    openGrid: async (options) => (await import('./compose-local-grid.ts')).openLocalGrid(options, ports),
    async dialGrid(flags) {
      const { readRemoteGrid } = await import('./remote-grid.ts');
      const options = await readRemoteGrid(flags, config);
      return options && (await import('./compose-remote-grid.ts')).openRemoteGrid(options, ports.clock);
    },
    async openHistory() {
      const { openRunHistory } = await import('@cleangrid/coordinator/adapters/run-history.ts');
      return openRunHistory(join(config.stateDirectory, 'runs')).runs;
    },
    openPool: async () => (await import('./compose-machine-pool.ts')).openMachinePool(ports),
    openCoordinator: async (options) =>
      (await import('./compose-coordinator.ts')).openCoordinatorProcess(options, ports),
    openAgent: async (options) => (await import('./compose-agent.ts')).openAgentProcess(options, ports),
    inspect: async () => (await import('./compose-inspection.ts')).inspectMachine(ports),
    exit: (code) => process.exit(code),
  };
}
