/** What is known of each shard of a history from the outside: what was published, said, stored and executed. */

import type { AttemptClose, AttemptRef } from '@cleangrid/core/protocol.ts';
import type { Verdict } from '@cleangrid/core/verdict.ts';

export interface ShardLog {
  /** By attempt number: the boot it was published for, and when first. */
  owners: Map<number, string>;
  publishedAtMs: Map<number, number>;
  /** Closes whose storing was answered. */
  closes: Map<number, AttemptClose>;
  /** Attempts of which the coordinator heard that they started. */
  started: Set<number>;
  /** Stored results, by attempt and step. */
  results: Map<number, Map<string, Verdict>>;
  /** Somebody wanted the run to end. */
  isCancelled: boolean;
}

export class ShardLogs {
  readonly #logs = new Map<string, ShardLog>();
  readonly #cancelled = new Set<string>();

  of(ref: Pick<AttemptRef, 'run' | 'shard'>): ShardLog {
    const key = `${ref.run} ${ref.shard}`;
    let log = this.#logs.get(key);
    if (!log) {
      log = {
        owners: new Map(),
        publishedAtMs: new Map(),
        closes: new Map(),
        started: new Set(),
        results: new Map(),
        isCancelled: false,
      };
      this.#logs.set(key, log);
    }
    log.isCancelled = this.#cancelled.has(ref.run);
    return log;
  }

  /** Who an attempt was published for, if it was. */
  ownerOf({ run, shard, attempt }: AttemptRef): string | undefined {
    return this.#logs.get(`${run} ${shard}`)?.owners.get(attempt);
  }

  ofRun(run: string): Map<string, ShardLog> {
    const prefix = `${run} `;
    const found = [...this.#logs].filter(([key]) => key.startsWith(prefix));
    return new Map(found.map(([key, log]) => [key.slice(prefix.length), log]));
  }

  cancelled(run: string): void {
    this.#cancelled.add(run);
  }

  clear(): void {
    this.#logs.clear();
  }
}
