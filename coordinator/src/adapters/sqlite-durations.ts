/** What scenarios took in earlier runs: a small file that all coordinators of one state directory share. A hint, never waited for. */

import { DatabaseSync } from 'node:sqlite';
import type { ScenarioId } from '@cleangrid/core/ids.ts';
import { durationsKeptMax, newestDurationWeight } from '@cleangrid/core/limits.ts';
import type { LearnedDuration } from '../run-store.ts';
import { isSqliteError } from './sqlite-error.ts';

export interface SqliteDurations {
  expectedMs(scenarios: ScenarioId[]): (number | null)[];
  learn(learned: LearnedDuration[]): void;
  close(): void;
}

/** `file` may be ':memory:'. Throws what `node:sqlite` throws when the file cannot be opened. */
export function openSqliteDurations(file: string): SqliteDurations {
  // Another process may hold the file's lock for ever (stopped by Ctrl-Z): never wait for it.
  const db = new DatabaseSync(file, { timeout: 0 });
  attempt(() => {
    db.exec('PRAGMA journal_mode = WAL');
    db.exec('PRAGMA synchronous = OFF');
    db.exec(`CREATE TABLE IF NOT EXISTS duration (
      scenario TEXT PRIMARY KEY, ms REAL NOT NULL, learned INTEGER NOT NULL
    ) WITHOUT ROWID`);
    db.exec('CREATE INDEX IF NOT EXISTS duration_learned ON duration (learned)');
    db.exec(
      `DELETE FROM duration WHERE learned <= (SELECT max(learned) FROM duration) - ${durationsKeptMax}`,
    );
  });
  return {
    expectedMs: (scenarios) =>
      attempt(() => {
        const find = db.prepare(
          'SELECT ms FROM json_each(?) LEFT JOIN duration ON scenario = value ORDER BY key',
        );
        return (find.all(JSON.stringify(scenarios)) as { ms: number | null }[]).map(({ ms }) => ms);
      }) ?? scenarios.map(() => null),
    learn: (learned) => {
      attempt(() => {
        db.exec('BEGIN IMMEDIATE');
        const put = db.prepare(`INSERT INTO duration (scenario, ms, learned)
          VALUES (?1, ?2, (SELECT coalesce(max(learned), 0) + 1 FROM duration))
          ON CONFLICT DO UPDATE SET ms = ms * ${1 - newestDurationWeight} + ?2 * ${newestDurationWeight}, learned = excluded.learned`);
        for (const { scenario, durationMs } of learned) put.run(scenario, durationMs);
        db.exec('COMMIT');
      });
      if (db.isTransaction) attempt(() => db.exec('ROLLBACK'));
    },
    close: () => db.close(),
  };
}

/** A hint that cannot be read or kept is no hint; whatever SQLite has against it. */
function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (isSqliteError(error)) return null;
    throw error;
  }
}
