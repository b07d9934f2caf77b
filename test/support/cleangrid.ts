/** Runs the CLI as a user does: a process of its own, with a state directory of its own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonReport } from '@cleangrid/core/report/json.ts';

const repository = new URL('../..', import.meta.url).pathname;
/** For `run` and `report`: leaves clean containers to the next run, as users have it. */
export const keepWarm = '--keep-warm';
const launcher = join(repository, 'bin', 'cleangrid');

export interface Finished {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

export interface Cleangrid {
  /** Holds the history, the ledger and the log. */
  readonly stateDirectory: string;
  /** To its end. */
  run(...argv: string[]): Promise<Finished>;
  start(...argv: string[]): Started;
  /** Runs suites and reads the JSON report. */
  report(...argv: string[]): Promise<{ finished: Finished; report: JsonReport }>;
  remove(): void;
}

export interface Started {
  readonly process: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves when stdout holds the text, so many times; rejects when the process ends before. */
  said(text: string, times?: number): Promise<void>;
  stdout(): string;
}

/** `through`: a command that runs ours, somewhere else. `program`: another than the checkout's. */
export function openCleangrid(
  environment: Record<string, string> = {},
  cwd: string = repository,
  { through = [], program: command = launcher }: { through?: readonly string[]; program?: string } = {},
): Cleangrid {
  const directory = mkdtempSync(join(tmpdir(), 'cleangrid-e2e-'));
  const stateDirectory = join(directory, 'state');
  const [program, ...leading] = [...through, command];
  const start = (...argv: string[]): Started =>
    follow(
      spawn(program, [...leading, ...withoutKeeping(argv, environment)], {
        cwd,
        env: { ...process.env, CLEANGRID_STATE_DIR: stateDirectory, NO_COLOR: '1', ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
  const run = (...argv: string[]): Promise<Finished> => start(...argv).finished;
  return {
    stateDirectory,
    run,
    start,
    async report(...argv) {
      const file = join(directory, 'report.json');
      const finished = await run('run', ...argv, '--json', file);
      return { finished, report: JSON.parse(readFileSync(file, 'utf8')) as JsonReport };
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** Most tests look at what a run leaves: nothing, unless they ask for `--keep-warm`. */
function withoutKeeping(argv: string[], environment: Record<string, string>): string[] {
  const isLocal = argv[0] === 'run' && !argv.includes('--grid') && !('CLEANGRID_GRID' in environment);
  const rest = argv.filter((word) => word !== keepWarm);
  return isLocal && rest.length === argv.length ? [...argv, '--no-keep-warm'] : rest;
}

function follow(process: ChildProcess): Started {
  const texts = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  for (const stream of ['stdout', 'stderr'] as const) {
    process[stream]?.setEncoding('utf8').on('data', (text: string) => {
      texts[stream] += text;
      for (const look of waiting) look();
    });
  }
  const finished = new Promise<Finished>((resolve, reject) => {
    process.once('error', reject);
    process.once('close', (exitCode) => resolve({ exitCode, ...texts }));
  });
  return {
    process,
    finished,
    stdout: () => texts.stdout,
    said: (text, times = 1) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (texts.stdout.split(text).length <= times) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        void finished.then(() =>
          reject(new Error(`ended before it said ${text}:\n${texts.stdout}${texts.stderr}`)),
        );
      }),
  };
}
