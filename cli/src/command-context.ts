/** What every command gets from the entry: its ports to the world. */

import type { Clock, Ids } from '@cleangrid/core/clock.ts';
import type { RunService } from '@cleangrid/core/run-service.ts';
import type { Config } from './config.ts';
import type { Inspection } from './inspection.ts';
import type { RunGrid, LocalGridOptions } from './run-grid.ts';
import type { SignalSource } from './interrupts.ts';
import type { Terminal } from './terminal.ts';

export interface CommandContext {
  terminal: Terminal;
  config: Config;
  /** The folder that paths on the command line and in problems are relative to. */
  cwd: string;
  clock: Clock;
  ids: Ids;
  signals: SignalSource;
  /** Throws `daemon_unreachable`, `store_failed`. */
  openGrid(options: LocalGridOptions): Promise<RunGrid>;
  /** The runs of this machine, also those of other processes that still run. */
  openHistory(): Promise<RunHistory>;
  /** Looks at this machine; never throws. */
  inspect(): Promise<Inspection>;
  /** Ends the process now. */
  exit(code: number): void;
}

/** Methods throw `not_found` and `store_failed`. */
export type RunHistory = Pick<RunService, 'list' | 'get' | 'scenarios'>;
