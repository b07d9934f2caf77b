/** Starts and feeds the thread that tells the coordinator that this process lives, however busy its main loop is. */

import { Worker } from 'node:worker_threads';
import type { AgentId } from '@cleangrid/core/ids.ts';
import type { GrpcTarget } from '@cleangrid/proto/adapters/grpc-transport.ts';

/** What the thread needs to know. `lastTickMs` is shared: the main loop writes it, the thread reads it. */
export interface BeatOrders {
  target: GrpcTarget;
  agent: AgentId;
  boot: number;
  intervalMs: number;
  lastTickMs: Float64Array<SharedArrayBuffer>;
}

export class BeatThread {
  readonly #target: GrpcTarget;
  readonly #lastTickMs = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT));
  #life: { agent: AgentId; boot: number } | null = null;
  #worker: Worker | null = null;

  constructor(target: GrpcTarget) {
    this.#target = target;
  }

  introduce(agent: AgentId, boot: number): void {
    this.#life = { agent, boot };
  }

  start(intervalMs: number): void {
    if (!this.#life || this.#worker) return;
    this.tick(0);
    const orders: BeatOrders = {
      target: this.#target,
      ...this.#life,
      intervalMs,
      lastTickMs: this.#lastTickMs,
    };
    this.#worker = new Worker(new URL('./grpc-beat-worker.ts', import.meta.url), { workerData: orders });
  }

  /** The main loop turned `agoMs` ago. */
  tick(agoMs: number): boolean {
    this.#lastTickMs[0] = processMs() - agoMs;
    return true;
  }

  stop(): void {
    void this.#worker?.terminate();
    this.#worker = null;
  }
}

/** A clock that all threads of a process share, which `performance.now` is not. */
export function processMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
