/** Feeds the thread that tells the coordinator that this process lives, however busy its main loop is (`grpc-beat-worker.ts`). */

import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { AgentId } from '@cleangrid/core/ids.ts';
import type { GrpcTarget } from '@cleangrid/proto/adapters/grpc-transport.ts';

/** What the thread starts with. `lastTickMs` is shared: the main loop writes it, the thread reads it. */
export interface BeatThreadData {
  target: GrpcTarget;
  lastTickMs: Float64Array<SharedArrayBuffer>;
}

export type BeatOrder =
  | { kind: 'start'; agent: AgentId; boot: number; intervalMs: number }
  | { kind: 'stop' };

/** One for all connections of an agent: on a busy host a thread takes seconds to start, and an agent without beats is lost by then. */
export class BeatThread {
  readonly #target: GrpcTarget;
  readonly #lastTickMs = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT));
  #life: { agent: AgentId; boot: number } | null = null;
  #worker: Worker | null = null;

  constructor(target: GrpcTarget) {
    this.#target = target;
  }

  /** Whom it will vouch for. */
  introduce(agent: AgentId, boot: number): void {
    this.#life = { agent, boot };
  }

  start(intervalMs: number): void {
    if (!this.#life) return;
    this.tick(0);
    this.#worker ??= this.#startWorker();
    this.#order({ kind: 'start', ...this.#life, intervalMs });
  }

  /** The main loop turned `agoMs` ago. */
  tick(agoMs: number): void {
    this.#lastTickMs[0] = processMs() - agoMs;
  }

  stop(): void {
    this.#order({ kind: 'stop' });
  }

  #order(order: BeatOrder): void {
    this.#worker?.postMessage(order);
  }

  #startWorker(): Worker {
    // A source file here, a bundled one in the published package.
    const program = new URL(`./grpc-beat-worker${extname(import.meta.filename)}`, import.meta.url);
    const workerData: BeatThreadData = { target: this.#target, lastTickMs: this.#lastTickMs };
    const worker = new Worker(program, { workerData });
    // It vouches for the process and is no reason for it to live.
    worker.unref();
    return worker;
  }
}

/** A clock that all threads of a process share, which `performance.now` is not. */
export function processMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
