/** The run store's tables, and how a file of an older version becomes one of this version. */

import type { DatabaseSync } from 'node:sqlite';
import { GridError } from '@cleangrid/core/errors.ts';

/** Entry N takes a file from `user_version` N to N + 1. Entries are never changed once released, only added. */
const migrations: string[] = [
  `
  CREATE TABLE grid (id TEXT NOT NULL, epoch INTEGER NOT NULL);
  CREATE TABLE agent (agent TEXT PRIMARY KEY, doc TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE run (
    ordinal INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL UNIQUE,
    is_finished INTEGER NOT NULL, -- 0 no, 1 yes, 2 and being pruned: nobody sees it any more
    bytes INTEGER NOT NULL DEFAULT 0, doc TEXT NOT NULL
  );
  CREATE INDEX run_unfinished ON run (ordinal) WHERE is_finished = 0;
  CREATE TABLE shard (
    run INTEGER NOT NULL, scenario INTEGER NOT NULL, slice INTEGER NOT NULL,
    state INTEGER NOT NULL, -- 0 waiting, 1 active, 2 closed
    rank REAL NOT NULL,     -- minus the expected milliseconds: longest first
    doc TEXT NOT NULL, PRIMARY KEY (run, scenario, slice)
  ) WITHOUT ROWID;
  CREATE INDEX shard_waiting ON shard (run, rank, scenario, slice) WHERE state = 0;
  CREATE INDEX shard_active ON shard (run, scenario, slice) WHERE state = 1;
  CREATE TABLE plan (
    run INTEGER NOT NULL, scenario INTEGER NOT NULL, slice INTEGER NOT NULL,
    doc TEXT NOT NULL, PRIMARY KEY (run, scenario, slice)
  ) WITHOUT ROWID;
  CREATE TABLE sliced_scenario (
    run INTEGER NOT NULL, scenario INTEGER NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (run, scenario)
  ) WITHOUT ROWID;
  CREATE TABLE frame (
    run INTEGER NOT NULL, scenario INTEGER NOT NULL, slice INTEGER NOT NULL, attempt INTEGER NOT NULL, seq INTEGER NOT NULL,
    results TEXT NOT NULL
  );
  CREATE UNIQUE INDEX frame_key ON frame (run, scenario, slice, attempt, seq);
  CREATE TABLE event (
    run INTEGER NOT NULL, cursor INTEGER NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (run, cursor)
  ) WITHOUT ROWID;
  `,
  `
  CREATE TABLE span_batch (
    id INTEGER PRIMARY KEY, run INTEGER NOT NULL, count INTEGER NOT NULL, otlp BLOB NOT NULL,
    state INTEGER NOT NULL, -- 0 waits for the back end, 1 it has it but for the rejected ones, 2 was not kept
    rejected INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX span_batch_run ON span_batch (run, state);
  CREATE INDEX span_batch_waiting ON span_batch (id) WHERE state = 0;
  CREATE TABLE span_run (run INTEGER PRIMARY KEY); -- its root span is still to be sent
  UPDATE run SET doc = json_set(doc, '$.traceMode', 'off');
  `,
  `
  -- Whose the bytes are: [scenario, slice, attempt, length] one after the other; what remains is of the run as a whole.
  ALTER TABLE span_batch ADD COLUMN parts TEXT NOT NULL DEFAULT '[]';
  CREATE INDEX span_batch_order ON span_batch (run);
  UPDATE run SET doc = json_set(doc, '$.traceUrl', json('null'));
  `,
  `
  CREATE TABLE headed_plan (
    run INTEGER NOT NULL, scenario INTEGER NOT NULL, slice INTEGER NOT NULL,
    head TEXT NOT NULL, -- before the plan: it is read alone
    doc TEXT NOT NULL, PRIMARY KEY (run, scenario, slice)
  ) WITHOUT ROWID;
  INSERT INTO headed_plan SELECT run, scenario, slice, json_object(
    'scenario', doc ->> '$.id', 'suite', doc -> '$.suite', 'name', doc ->> '$.name', 'tags', doc -> '$.tags',
    'source', doc -> '$.source', 'timeoutMs', doc -> '$.timeoutMs', 'spans', doc -> '$.spans',
    'steps', (SELECT json_group_array(value ->> '$.id') FROM json_each(doc, '$.steps'))), doc FROM plan;
  DROP TABLE plan;
  ALTER TABLE headed_plan RENAME TO plan;
  `,
  `
  -- A row is a page of events now, named by the first cursor.
  UPDATE event SET doc = json_array(json_set(doc, '$.cursor', cursor));
  -- Only a coordinator that starts looks for these.
  DROP INDEX IF EXISTS shard_active;
  `,
  `
  -- Of plans that are compressed now, several on a page. A page from before is the text of one.
  CREATE TABLE plan_page (id INTEGER PRIMARY KEY, run INTEGER NOT NULL, doc BLOB NOT NULL);
  CREATE INDEX plan_page_run ON plan_page (run);
  ALTER TABLE shard ADD COLUMN page INTEGER;
  ALTER TABLE shard ADD COLUMN line INTEGER;
  CREATE TABLE placed AS
    SELECT row_number() OVER (ORDER BY run, scenario, slice) AS page, run, scenario, slice FROM plan;
  CREATE UNIQUE INDEX placed_key ON placed (run, scenario, slice);
  INSERT INTO plan_page SELECT page, run, head || char(10) || doc FROM placed JOIN plan USING (run, scenario, slice);
  UPDATE shard SET line = 0, page = (
    SELECT page FROM placed
    WHERE placed.run = shard.run AND placed.scenario = shard.scenario AND placed.slice = shard.slice);
  DROP TABLE placed;
  DROP TABLE plan;
  `,
];

export const currentSchemaVersion: number = migrations.length;

export function schemaVersion(db: DatabaseSync): number {
  return (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
}

/** Throws `version_mismatch` for a file that a newer version wrote. `to`: an older format, for tests of the way from there. */
export function migrate(db: DatabaseSync, to: number = currentSchemaVersion): void {
  const written = schemaVersion(db);
  if (written > currentSchemaVersion) {
    throw new GridError(
      'version_mismatch',
      `the run store has format ${written}, this version knows up to ${currentSchemaVersion}`,
      {
        hint: 'Use the version of cleangrid that wrote it, or another state directory.',
      },
    );
  }
  for (const [from, sql] of migrations.slice(0, to).entries()) {
    if (from < written) continue;
    db.exec(`BEGIN IMMEDIATE; ${sql} PRAGMA user_version = ${from + 1}; COMMIT`);
  }
}
