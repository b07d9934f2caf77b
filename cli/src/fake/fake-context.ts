/** Everything a command gets, in memory. */

import { EventEmitter } from 'node:events';
import type { CommandContext } from '../command-context.ts';
import { readConfig } from '../config.ts';
import type { Finding } from '../inspection.ts';
import type { InterruptingSignal } from '../interrupts.ts';
import type { LocalGridOptions } from '../run-grid.ts';
import type { MachinePool } from '../machine-pool.ts';
import { type FakeConsole, type FakeConsoleOptions, fakeConsole } from './fake-console.ts';
import { fakePool } from './fake-pool.ts';
import { type FakeRuns, fakeRuns } from './fake-runs.ts';
import { type FakeTerminal, type FakeTerminalOptions, fakeTerminal } from './fake-terminal.ts';
import { type ManualClock, manualClock } from './manual-clock.ts';

export interface FakeContext extends CommandContext {
  terminal: FakeTerminal;
  console: FakeConsole;
  clock: ManualClock;
  runs: FakeRuns;
  /** What was done to the grid, in order: `open`, `close`, `abandon`. */
  readonly done: string[];
  readonly gridOptions: LocalGridOptions[];
  /** Resolves when the grid is asked to open. */
  readonly opens: Promise<void>;
  /** The code with which the process was to end at once. */
  readonly exited: Promise<number>;
  press(signal: InterruptingSignal): void;
}

export interface FakeContextOptions extends FakeTerminalOptions {
  console?: FakeConsoleOptions;
  cwd?: string;
  environment?: NodeJS.ProcessEnv;
  runs?: FakeRuns;
  pool?: MachinePool;
  findings?: Finding[];
  removedAtStart?: number;
  /** Held up by these, or rejected with them. */
  opening?: Promise<void>;
  closing?: Promise<void>;
}

export function fakeContext(options: FakeContextOptions = {}): FakeContext {
  const { runs = fakeRuns(), opening, closing } = options;
  const signals = new EventEmitter();
  const done: string[] = [];
  const gridOptions: LocalGridOptions[] = [];
  const opens = Promise.withResolvers<void>();
  const exited = Promise.withResolvers<number>();
  return {
    terminal: fakeTerminal(options),
    console: fakeConsole(options.console),
    config: readConfig({ CLEANGRID_STATE_DIR: '/nowhere', ...options.environment }),
    cwd: options.cwd ?? process.cwd(),
    clock: manualClock(),
    ids: { random: (length) => 'abcdefghijkl'.slice(0, length) },
    signals,
    runs,
    done,
    gridOptions,
    opens: opens.promise,
    exited: exited.promise,
    press: (signal) => void signals.emit(signal),
    async openGrid(wanted) {
      gridOptions.push(wanted);
      done.push('open');
      opens.resolve();
      await opening;
      return {
        runs,
        removedAtStart: options.removedAtStart ?? 0,
        async close() {
          done.push('close');
          await closing;
        },
        async abandon() {
          done.push('abandon');
        },
      };
    },
    dialGrid: async ({ grid = options.environment?.['CLEANGRID_GRID'] }) => {
      if (typeof grid !== 'string') return null;
      done.push('dial');
      const close = async (): Promise<void> => void done.push('hang up');
      return { address: grid, runs, removedAtStart: 0, close, abandon: close };
    },
    openHistory: async () => runs,
    openPool: async () => options.pool ?? fakePool([]),
    openCoordinator: async () => Promise.reject(new Error('this test starts no coordinator')),
    openAgent: async () => Promise.reject(new Error('this test starts no agent')),
    inspect: async () => options.findings ?? [],
    exit: exited.resolve,
  };
}
