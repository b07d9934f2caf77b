/** What every command gets from the entry: its ports to the world. */

import type { Clock, Ids } from '@cleangrid/core/clock.ts';
import type { RunService } from '@cleangrid/core/run-service.ts';
import type { Config } from './config.ts';
import type { Console } from './console.ts';
import type {
  AgentProcess,
  AgentProcessOptions,
  CoordinatorProcess,
  CoordinatorProcessOptions,
} from './grid-processes.ts';
import type { Inspection } from './inspection.ts';
import type { RunGrid, LocalGridOptions } from './run-grid.ts';
import type { RemoteGrid } from './remote-grid.ts';
import type { SettingFlags } from './settings.ts';
import type { SignalSource } from './interrupts.ts';
import type { MachinePool } from './machine-pool.ts';
import type { Terminal } from './terminal.ts';

export interface CommandContext {
  terminal: Terminal;
  console: Console;
  config: Config;
  /** The folder that paths on the command line and in problems are relative to. */
  cwd: string;
  clock: Clock;
  ids: Ids;
  signals: SignalSource;
  /** A grid in this process. Throws `daemon_unreachable`, `store_failed`. */
  openGrid(options: LocalGridOptions): Promise<RunGrid>;
  /** The coordinator that `flags` or the environment name; null where they name none. Throws `bad_usage`. */
  dialGrid(flags: SettingFlags): Promise<RemoteGrid | null>;
  /** The runs of this machine, also those of other processes that still run. */
  openHistory(): Promise<RunHistory>;
  /** The containers that runs keep on this machine. Throws `store_failed`, `disk_full`. */
  openPool(): Promise<MachinePool>;
  openCoordinator(options: CoordinatorProcessOptions): Promise<CoordinatorProcess>;
  openAgent(options: AgentProcessOptions): Promise<AgentProcess>;
  /** Looks at this machine; never throws. */
  inspect(): Promise<Inspection>;
  /** Ends the process now. */
  exit(code: number): void;
}

/** Methods throw `not_found` and `store_failed`. */
export type RunHistory = Pick<RunService, 'list' | 'get' | 'scenarios' | 'spans'>;
