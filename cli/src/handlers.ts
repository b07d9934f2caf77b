/** What the command line hands to each command. */

import type { TraceModeAsked } from '@cleangrid/core/trace/trace-mode.ts';
import type { SettingFlags } from './settings.ts';

/** What each command does; resolves to the exit code. */
export interface Handlers {
  run(paths: string[], options: RunOptions): Promise<number>;
  validate(paths: string[], options: ValidateOptions): Promise<number>;
  plan(paths: string[], options: PlanOptions): Promise<number>;
  runs(options: RunsOptions): Promise<number>;
  show(run: string, step: string | undefined, flags: SettingFlags): Promise<number>;
  logs(wanted: string, options: LogsOptions): Promise<number>;
  shell(container: string, command: string[]): Promise<number>;
  trace(run: string, options: TraceOptions): Promise<number>;
  spans(run: string, options: SpansOptions): Promise<number>;
  diff(before: string, after: string, options: DiffOptions): Promise<number>;
  redGreen(red: string, green: string, options: RedGreenOptions): Promise<number>;
  record(paths: string[], options: RecordOptions): Promise<number>;
  repro(file: string, options: ReproOptions): Promise<number>;
  watch(run: string, options: WatchOptions): Promise<number>;
  cancel(run: string, flags: SettingFlags): Promise<number>;
  status(flags: SettingFlags): Promise<number>;
  coordinator(flags: SettingFlags): Promise<number>;
  agent(flags: SettingFlags): Promise<number>;
  pool(options: PoolOptions): Promise<number>;
  poolRemove(names: string[], options: PoolRemoveOptions): Promise<number>;
  lease(image: string, command: string[], options: LeaseOptions): Promise<number>;
  leaseList(options: PageOptions): Promise<number>;
  leaseRenew(name: string, ttl: number): Promise<number>;
  leaseRemove(name: string): Promise<number>;
  doctor(): Promise<number>;
}

export interface SuiteOptions {
  var: Record<string, string>;
}

export interface SelectionOptions extends SuiteOptions {
  select: string[];
  tag: string[];
}

/** Each also holds the flags of `clientSettings`. */
export interface GridRunFlags extends SettingFlags {
  slots?: number;
  keepWarm: boolean;
  verbose?: true;
  quiet?: true;
  junit?: string;
  json?: string;
  digest?: string;
  imageAlias: string[];
  logLevel?: string;
  detach?: true;
  /** Milliseconds. */
  waitAgents?: number;
}

export interface RunFlags extends GridRunFlags {
  traceMode: TraceModeAsked;
}

export interface RunOptions extends SelectionOptions, RunFlags {}

export interface RecordOptions extends RunOptions {
  output: string;
}

export interface ReproOptions extends GridRunFlags {
  verifyDigest?: true;
}

export interface WatchOptions extends SettingFlags {
  verbose?: true;
  quiet?: true;
  junit?: string;
  json?: string;
  digest?: string;
}

export interface LogsOptions extends SettingFlags {
  follow?: true;
  /** Lines. */
  tail?: number;
  /** Milliseconds ago. */
  since?: number;
  json?: true;
}

export interface TraceOptions extends SettingFlags {
  scenario?: string;
  check?: true;
  json?: true;
}

export interface SpansOptions extends SettingFlags {
  grep?: string;
  scenario?: string;
  json?: true;
}

export interface DiffOptions extends SettingFlags {
  /** Percent. */
  slower: number;
  json?: true;
}

export interface RedGreenOptions extends SettingFlags {
  scenario?: string;
}

export interface ValidateOptions extends SuiteOptions {
  format: 'text' | 'json' | 'github';
}

export interface PlanOptions extends SelectionOptions {
  json?: true;
}

export interface RunsOptions extends SettingFlags {
  limit?: number;
}

export interface PoolOptions extends PageOptions {
  json?: true;
}

export interface PoolRemoveOptions {
  all: boolean;
  orphans: boolean;
}

export interface LeaseOptions {
  /** Milliseconds. */
  ttl: number;
  env: Record<string, string>;
}

export interface PageOptions {
  limit: number;
  /** From 1. */
  page: number;
}

export const logLevels: readonly string[] = ['trace', 'debug', 'info', 'warn', 'error'];
