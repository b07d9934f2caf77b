/** Attempts that must not start (again) on this boot: ended or revoked. A delivery of one may still come (rules 6 and 17). */

import { tombstonesMax } from '@cleangrid/core/limits.ts';
import type { AttemptRef } from '@cleangrid/core/protocol.ts';
import { attemptKey } from './attempt-key.ts';

export class Tombstones {
  readonly #keys = new Set<string>();

  add(ref: AttemptRef): void {
    this.#keys.add(attemptKey(ref));
    if (this.#keys.size <= tombstonesMax) return;
    const [oldest] = this.#keys;
    if (oldest !== undefined) this.#keys.delete(oldest);
  }

  clear(): void {
    this.#keys.clear();
  }

  has(ref: AttemptRef): boolean {
    return this.#keys.has(attemptKey(ref));
  }
}
