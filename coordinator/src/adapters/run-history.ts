/** The runs of one machine: every `cleangrid run` is a grid with a run store of its own; here they are read together, while others write. */

import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isGridError } from '@cleangrid/core/errors.ts';
import type { RunId } from '@cleangrid/core/ids.ts';
import { storeReadMsMax } from '@cleangrid/core/limits.ts';
import type { RunRecord, RunService } from '@cleangrid/core/run-service.ts';
import { notFound } from '../known-run.ts';
import { readScenario, runRecord } from '../read-scenario.ts';
import type { RunStoreReads, RunsKept, StoredRun } from '../run-store.ts';
import { type ScenarioReads, withStepBriefs } from '../step-briefs.ts';
import { readSpans } from '../trace/read-spans.ts';
import { storeError } from './sqlite-error.ts';
import { sqlitePlanPages } from './sqlite-plan-pages.ts';
import { sqliteReads } from './sqlite-reads.ts';
import { sqliteSpans } from './sqlite-spans.ts';
import { runsFileName } from './sqlite-run-store.ts';
import { currentSchemaVersion, schemaVersion } from './sqlite-schema.ts';
import { isStoreLocked, lockStore } from './store-lock.ts';

export interface RunHistory {
  runs: Pick<RunService, 'list' | 'get' | 'scenarios' | 'spans'>;
  /** Removes the directories of the oldest stores that nobody has open; how many. `keep.runs` counts stores. Throws `store_failed`. */
  prune(keep: RunsKept): number;
}

/**
 * `directory` holds one directory per run store, named so that their numbers grow with time. A run that is not finished and whose
 * process is gone is `interrupted`. No store stays open after a call, or the last of its scenarios. Methods throw `not_found` and `store_failed`.
 */
export function openRunHistory(directory: string): RunHistory {
  return {
    runs: {
      list: async (limit) => listRuns(directory, limit),
      get: async (run) => withRun(directory, run, (found) => recordOf(found)),
      scenarios: (run) =>
        readOpen(directory, run, function* ({ db, record }) {
          const reads = withStepBriefs(sqliteReads(db, sqlitePlanPages(db)));
          for (let scenario = 0; scenario < record.scenarioCount; scenario += 1)
            yield readScenario(reads, record, scenario);
        }),
      spans: (run, scenario) =>
        readOpen(directory, run, ({ db, record }) => readSpans(sqliteSpans(db), record, scenario)),
    },
    prune: (keep) => pruneStores(directory, keep),
  };
}

type Reads = Pick<RunStoreReads, 'run' | 'runs'> & ScenarioReads;

interface FoundRun {
  store: string;
  reads: Reads;
  run: StoredRun;
}

function listRuns(directory: string, limit: number): RunRecord[] {
  const records: RunRecord[] = [];
  for (const store of storesOf(directory)) {
    if (records.length >= limit) break;
    withStore(store, (reads) => {
      for (const run of reads.runs(limit - records.length)) records.push(recordOf({ store, reads, run }));
    });
  }
  return records;
}

function withRun<T>(directory: string, run: RunId, use: (found: FoundRun) => T): T {
  for (const store of storesOf(directory)) {
    const found = withStore(store, (reads) => {
      const stored = reads.run(run);
      return stored && { result: use({ store, reads, run: stored }) };
    });
    if (found) return found.result;
  }
  throw notFound(`there is no run ${run}`);
}

/** The store is open as long as somebody reads on. */
async function* readOpen<T>(
  directory: string,
  run: RunId,
  read: (opened: { db: DatabaseSync; record: StoredRun }) => Iterable<T>,
): AsyncGenerator<T> {
  const { store, record } = withRun(directory, run, (found) => ({ store: found.store, record: found.run }));
  const db = openReadOnly(store);
  try {
    yield* read({ db, record });
  } catch (error) {
    throw storeError(error);
  } finally {
    db.close();
  }
}

/** The state is read once more after the lock was found free: the run may have finished in between. */
function recordOf({ store, reads, run }: FoundRun): RunRecord {
  if (run.state === 'finished' || isStoreLocked(store)) return runRecord(run);
  const record = runRecord(reads.run(run.run) ?? run);
  return record.state === 'finished' ? record : { ...record, state: 'interrupted' };
}

/** Newest first. */
function storesOf(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => existsSync(join(directory, name, runsFileName)))
    .sort((one, other) => other.localeCompare(one, 'en', { numeric: true }))
    .map((name) => join(directory, name));
}

/** Null for a store of another format, which only the version that wrote it can read. */
function withStore<T>(store: string, use: (reads: Reads) => T): T | null {
  const db = openReadOnly(store);
  try {
    return schemaVersion(db) === currentSchemaVersion
      ? use(withStepBriefs(sqliteReads(db, sqlitePlanPages(db))))
      : null;
  } catch (error) {
    throw storeError(error);
  } finally {
    db.close();
  }
}

function openReadOnly(store: string): DatabaseSync {
  try {
    return new DatabaseSync(join(store, runsFileName), { readOnly: true, timeout: storeReadMsMax });
  } catch (error) {
    throw storeError(error);
  }
}

function pruneStores(directory: string, keep: RunsKept): number {
  let bytes = 0;
  let removed = 0;
  for (const [index, store] of storesOf(directory).entries()) {
    bytes += bytesOf(store);
    if (index > 0 && (index >= keep.runs || bytes > keep.bytes) && removeStore(store)) removed += 1;
  }
  return removed;
}

function bytesOf(store: string): number {
  return statSync(join(store, runsFileName), { throwIfNoEntry: false })?.size ?? 0;
}

/** False while somebody has it open. */
function removeStore(store: string): boolean {
  // Taking the lock waits for whoever only looks; this does not.
  if (isStoreLocked(store)) return false;
  try {
    const lock = lockStore(store);
    rmSync(store, { recursive: true, force: true });
    lock.release();
    return true;
  } catch (error) {
    if (isGridError(error, 'already_exists')) return false;
    throw error;
  }
}
