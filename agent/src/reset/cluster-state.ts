/**
 * SQL that notices what a scenario changed in a PostgreSQL server outside of its database: roles, settings, other databases and more.
 * Lines of `cleangrid.state` are compared with those of a moment at which all was clean.
 */

import { literal } from './psql.ts';

const isKept = `datname IN (SELECT name FROM cleangrid.kept)`;

/** Everything of the server that is outside of databases, by name and detail. */
const clusterLines = `
  SELECT 'role ' || rolname AS what, r::text AS detail FROM pg_authid r
  UNION ALL SELECT 'membership of ' || member::regrole || ' in ' || roleid::regrole, m::text FROM pg_auth_members m
  UNION ALL SELECT 'settings of ' || CASE setrole WHEN 0 THEN 'everybody' ELSE setrole::regrole::text END
      || ' in ' || coalesce(datname, 'every database'), setconfig::text
    FROM pg_db_role_setting LEFT JOIN pg_database d ON d.oid = setdatabase
    WHERE setdatabase = 0 OR ${isKept}
  UNION ALL SELECT 'database ' || datname, (to_jsonb(d) - 'datfrozenxid' - 'datminmxid')::text FROM pg_database d WHERE ${isKept}
  UNION ALL SELECT 'setting ' || name, setting FROM pg_settings WHERE category <> 'Customized Options'
  UNION ALL SELECT 'setting ' || seqno || ' in files', f::text FROM pg_file_settings f
  UNION ALL SELECT 'line ' || line_number || ' of pg_hba.conf', h::text FROM pg_hba_file_rules h
  UNION ALL SELECT 'tablespace ' || spcname, t::text FROM pg_tablespace t
  UNION ALL SELECT 'prepared transaction ' || gid, '' FROM pg_prepared_xacts
  UNION ALL SELECT 'replication slot ' || slot_name, '' FROM pg_replication_slots
  UNION ALL SELECT 'replication origin ' || roname, '' FROM pg_replication_origin
  UNION ALL SELECT 'subscription ' || subname, '' FROM pg_subscription
  UNION ALL SELECT 'start of the server', pg_postmaster_start_time()::text`;

export interface StateParts {
  /** The database of the leases, whose content is not looked at. */
  leased: string;
  /** Whether that is another database for each lease. */
  isReplaced: boolean;
  /** More queries for (what, detail). */
  more?: readonly string[];
}

/**
 * To be run when all is clean, in the database from which the strategy works. `cleangrid.dirt` has a line for each difference since,
 * `cleangrid.unknown` the databases that came.
 */
export function rememberState({ leased, isReplaced, more = [] }: StateParts): string {
  return `
CREATE SCHEMA IF NOT EXISTS cleangrid;
CREATE TABLE cleangrid.kept AS SELECT datname::text AS name FROM pg_database
  WHERE datname !~ '${ownDatabases}' ${isReplaced ? `AND datname <> ${literal(leased)}` : ''};
CREATE VIEW cleangrid.unknown AS SELECT oid, datname FROM pg_database
  WHERE datname NOT IN (SELECT name FROM cleangrid.kept) AND datname !~ '${ownDatabases}';
CREATE VIEW cleangrid.state AS ${[clusterLines, ...more].join('\n  UNION ALL ')};
${writtenDatabases(leased)}
CREATE TABLE cleangrid.clean AS TABLE cleangrid.state WITH NO DATA;
CREATE VIEW cleangrid.dirt AS
  SELECT what || CASE WHEN before.detail IS NULL THEN ' is new' WHEN now.detail IS NULL THEN ' is gone' ELSE ' has changed' END AS line
  FROM (SELECT what, coalesce(detail, '') AS detail FROM cleangrid.state) now
  FULL JOIN (SELECT what, coalesce(detail, '') AS detail FROM cleangrid.clean) before USING (what)
  WHERE now.detail IS DISTINCT FROM before.detail;
INSERT INTO cleangrid.clean TABLE cleangrid.state;
`;
}

/**
 * Which other databases were written to, as PostgreSQL counts it: in one transaction's time only since version 15. Its own maintenance
 * writes too, but without a session.
 */
function writtenDatabases(leased: string): string {
  return `
CREATE VIEW cleangrid.counters AS
  SELECT datname, sessions, tup_inserted + tup_updated + tup_deleted AS writes FROM pg_stat_database
  WHERE ${isKept} AND datname <> ${literal(leased)} AND current_setting('server_version_num')::int >= 150000;
CREATE TABLE cleangrid.counted AS TABLE cleangrid.counters;
CREATE VIEW cleangrid.written AS
  SELECT 'content of the database ' || datname || ' has changed' AS line
  FROM cleangrid.counters now JOIN cleangrid.counted before USING (datname)
  WHERE now.sessions <> before.sessions AND now.writes <> before.writes;`;
}

/** The names of all databases that are the strategies' own. */
const ownDatabases = '^cleangrid_(pool|template|clone|used_[0-9]+|lease_[0-9]+)$';

/** Prints a line for each difference. */
export const verify = `
SELECT line FROM cleangrid.dirt UNION ALL SELECT line FROM cleangrid.written;
UPDATE cleangrid.counted before SET sessions = now.sessions, writes = now.writes FROM cleangrid.counters now
  WHERE before.datname = now.datname AND (before.sessions, before.writes) <> (now.sessions, now.writes);
`;

/** Prints a line for each database that came. */
export const unknownDatabases = `
SELECT 'database ' || datname || ' is new' FROM cleangrid.unknown;
`;

/** Ends all connections but the own one, and waits until they are gone. `where`: to which databases. */
export function endConnections(where: string): string {
  return `
DO $$ BEGIN
  LOOP
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE pid <> pg_backend_pid() AND (${where});
    EXIT WHEN NOT FOUND;
    PERFORM pg_sleep(0.002);
    PERFORM pg_stat_clear_snapshot();
  END LOOP;
END $$;
`;
}

/** Of whom a scenario that had the server for itself may have left connections. */
export const everyClient = `backend_type IN ('client backend', 'walsender')`;

/** The first lines that a script printed had, for people. */
export function describeDirt(stdout: string): string | null {
  const lines = stdout.split('\n').filter((line) => line !== '');
  if (lines.length === 0) return null;
  const shown = lines.slice(0, dirtShownMax).join(', ');
  return lines.length > dirtShownMax ? `${shown} and ${lines.length - dirtShownMax} more` : shown;
}

const dirtShownMax = 3;
