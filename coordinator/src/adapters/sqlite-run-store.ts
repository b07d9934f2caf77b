/** The run store on `node:sqlite`: one file, one writer, durable at each commit. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { invariant } from '@cleangrid/core/errors.ts';
import { storeCacheKibibytes, storeLogPages } from '@cleangrid/core/limits.ts';
import type { RunStore } from '../run-store.ts';
import { openSqliteDurations } from './sqlite-durations.ts';
import { storeError } from './sqlite-error.ts';
import { pruneSomeRows } from './sqlite-prune.ts';
import { sqliteSpans } from './sqlite-spans.ts';
import { sqliteReads } from './sqlite-reads.ts';
import { migrate } from './sqlite-schema.ts';
import { sqliteWrites } from './sqlite-writes.ts';
import { lockStore } from './store-lock.ts';

export interface SqliteRunStoreOptions {
  /** Directory of the store, made if missing; null: in memory, for tests. */
  directory: string | null;
  /** Where past durations are kept, shared by several stores; by default in the store's directory. */
  durationsFile?: string;
  /** What a commit outlives: a `power_loss` (default) costs a sync of the disk each, a `kill` of the process none. */
  survives?: Survived;
}

export type Survived = 'power_loss' | 'kill';

export const runsFileName = 'runs.sqlite';

/**
 * Throws `already_exists` while another live coordinator uses the directory, `version_mismatch` for a newer format, `disk_full`,
 * `store_failed`.
 */
export function openSqliteRunStore({
  directory,
  durationsFile,
  survives = 'power_loss',
}: SqliteRunStoreOptions): RunStore {
  return guarded(() => {
    if (directory === null)
      return sqliteRunStore({ runs: ':memory:', durations: ':memory:', survives }, () => {});
    mkdirSync(directory, { recursive: true });
    const lock = lockStore(directory);
    try {
      const durations = durationsFile ?? join(directory, 'durations.sqlite');
      return sqliteRunStore({ runs: join(directory, runsFileName), durations, survives }, () =>
        lock.release(),
      );
    } catch (error) {
      lock.release();
      throw error;
    }
  });
}

interface Files {
  runs: string;
  durations: string;
  survives: Survived;
}

function sqliteRunStore(files: Files, release: () => void): RunStore {
  const db = openDatabase(files);
  const durations = openSqliteDurations(files.durations);
  const { writes, pages, flush, forget } = sqliteWrites(db);
  const transaction = <T>(work: () => T): T =>
    guarded(() => {
      invariant(!db.isTransaction, 'a transaction is not nested');
      db.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        flush();
        db.exec('COMMIT');
        return result;
      } catch (error) {
        forget();
        // SQLite rolled back by itself after some errors.
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      }
    });
  return {
    ...guardedReads(sqliteReads(db, pages)),
    spans: guardedReads({ ...sqliteSpans(db) }),
    transaction: (work) => transaction(() => work(writes)),
    prune: (keep) => transaction(() => pruneSomeRows(db, keep)),
    expectedMs: (scenarios) => durations.expectedMs(scenarios),
    learnDurations: (learned) => durations.learn(learned),
    close: () => {
      db.close();
      durations.close();
      release();
    },
  };
}

function openDatabase({ runs, survives }: Files): DatabaseSync {
  const db = new DatabaseSync(runs);
  try {
    db.exec('PRAGMA journal_mode = WAL');
    db.exec(`PRAGMA synchronous = ${survives === 'power_loss' ? 'FULL' : 'NORMAL'}`);
    db.exec(`PRAGMA wal_autocheckpoint = ${storeLogPages}`);
    db.exec(`PRAGMA cache_size = -${storeCacheKibibytes}`);
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function guardedReads<T extends Record<string, (...args: never[]) => unknown>>(reads: T): T {
  const wrap =
    (read: (...args: never[]) => unknown) =>
    (...args: never[]) =>
      guarded(() => read(...args));
  return Object.fromEntries(Object.entries(reads).map(([name, read]) => [name, wrap(read)])) as T;
}

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw storeError(error);
  }
}
