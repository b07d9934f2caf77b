/** The port that runs one command in a container. Adapters: plain `docker exec`, the supervisor, and one that does nothing. */

import type { Duplex } from 'node:stream';
import type { ExecutorKind, StepEvidence, StepExit } from '@cleangrid/core/result.ts';
import type { ContainerMount } from './container-runtime.ts';

export interface StepExecutor {
  /** How commands are run, unless a session says otherwise. */
  readonly kind: ExecutorKind;
  /**
   * What a container must be created with, so that commands can be run in it. `image` is one that is on the host, the container's own for
   * instance: the first call for a daemon may need it to put something there.
   */
  prepare(image: string, signal: AbortSignal): Promise<ContainerNeeds>;
  /** Prepares running commands in a started container; cheap to call, kept by the caller for the container's life. */
  open(containerId: string, signal: AbortSignal): Promise<StepSession>;
}

export interface ContainerNeeds {
  mounts: readonly ContainerMount[];
  /** argv of a process that does nothing until it is stopped: the main process of a workspace container. */
  idleCommand: readonly string[];
  /** Whether that process is an init itself: as PID 1 it reaps orphans, and no step can end it. */
  idleIsInit: boolean;
}

/** Many commands in one container, at once if wanted. */
export interface StepSession {
  /** How its commands are run: where an executor does not work in this container, it falls back to a simpler one. */
  readonly kind: ExecutorKind;
  /**
   * Runs a command to its end. What the command does is an outcome; rejects with a `GridError` only for the grid's own trouble:
   * `daemon_unreachable`, `not_running`, `not_found`, `timed_out`, `executor_killed` (a process in the container killed the executor
   * while the container lives), or `unavailable` (this executor has no way to do what the command asks for). When `signal` aborts, the command's processes are ended (TERM, grace, KILL) and the outcome says `cancelled`.
   */
  run(command: ExecCommand, output: OutputSink, signal: AbortSignal): Promise<ExecOutcome>;
  /** TCP from inside the container; null where the executor has no way to it (plain exec). */
  readonly tunnels: ContainerTunnels | null;
  /** Kills whatever still runs, kept processes included. */
  close(): Promise<void>;
}

export interface ExecCommand {
  argv: string[];
  /** Added to the container's own environment. */
  env: Record<string, string>;
  /** Null: the container's. */
  workdir: string | null;
  /** Name or uid, optionally `:group`; null: the container's. */
  user: string | null;
  /** Null: /dev/null. */
  stdin: Uint8Array | null;
  timeoutMs: number;
  /** Both streams arrive as `stdout`, in the exact order they were written. `unavailable` by plain exec. Default: false. */
  mergeOutput?: boolean;
  /** `keep`: what the command leaves running lives until it is ended (its output after the command's end is dropped). Default: `none` survives. */
  processes?: 'none' | 'keep';
}

/** Called in order, before `run` resolves. Chunks are valid only during the call. A returned promise holds back further output. */
export type OutputSink = (stream: 'stdout' | 'stderr', chunk: Uint8Array) => void | Promise<void>;

/** `evidence` is null where the executor cannot know (plain exec) and where the command never started. */
export type ExecOutcome = { durationMs: number; evidence: StepEvidence | null } & (
  | { kind: 'exited'; exit: StepExit; kept?: KeptProcesses }
  /** Never started: not found, not executable, no such workdir or user. The step's own fault. */
  | { kind: 'not_started'; message: string }
  | { kind: 'timed_out'; exit: StepExit | null }
  | { kind: 'cancelled'; exit: StepExit | null }
);

/** What a `keep` command left running; absent where nothing is. */
export interface KeptProcesses {
  /** TERM, grace, KILL; to be called once. Rejects as `run` does. */
  end(): Promise<KeptEnd>;
}

export interface KeptEnd {
  killed: number;
  /** Whether it is certain that none is left; if not, the container must be discarded. */
  proved: boolean;
}

/** Connections to and from the container's own network namespace: no network, no published port. */
export interface ContainerTunnels {
  /** Connects to a listener inside. Rejects with `unavailable` when nobody listens there, and as `run` does. */
  connect(target: TunnelTarget, signal: AbortSignal): Promise<Duplex>;
  /** Listens on the container's loopback and hands over what connects; resolves once it listens. `already_exists`: the port is taken. */
  listen(port: number, accepted: (connection: Duplex) => void): Promise<TunnelListener>;
}

/** `address` is an IP address; the container's loopback when absent. */
export interface TunnelTarget {
  port: number;
  address?: string;
}

export interface TunnelListener {
  /** The port it listens on, chosen by the kernel where 0 was asked for. */
  readonly port: number;
  close(): void;
}
