/**
 * `postgres.truncate`: tables are emptied, and filled again with the rows that the setup files gave them. The schema is not brought back
 * but verified, so it is for scenarios that only write rows.
 */

import {
  describeDirt,
  endConnections,
  everyClient,
  rememberState,
  unknownDatabases,
  verify,
} from './cluster-state.ts';
import { clean, type ResetAnswer, type Strategy } from './instance-reset.ts';
import { openServer, type PostgresParts, refusalOf, runSetup } from './postgres-server.ts';
import { schemaLines } from './schema-state.ts';

export function createTruncateReset(parts: PostgresParts): Strategy {
  const { psql, database } = parts;

  async function reset(signal: AbortSignal): Promise<ResetAnswer> {
    const sql = endConnections(everyClient) + verify + unknownDatabases + restore;
    const { stdout, problem } = await psql.run({ database, sql }, signal);
    const reason = describeDirt(stdout) ?? problem;
    return reason === null ? clean : { kind: 'replace', reason };
  }

  async function prepare(signal: AbortSignal): Promise<ResetAnswer> {
    const refusal = await openServer(parts, [database], signal);
    if (refusal) return refusal;
    const failure = await runSetup(parts, signal);
    if (failure) return failure;
    const sql =
      endConnections(everyClient) +
      copyRows +
      rememberState({ leased: database, isReplaced: false, more: schemaLines });
    return refusalOf(await psql.run({ database, sql }, signal)) ?? clean;
  }

  return { prepare, resume: reset, reset };
}

const own = `relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'cleangrid'::regnamespace)
    AND c.oid >= 16384 AND relpersistence <> 't'`;

/** \`cleangrid.copies\`: every table with its columns and, if it has rows, a copy of them. \`cleangrid.sequences\`: where each sequence stands. */
const copyRows = `
CREATE SCHEMA cleangrid;
CREATE TABLE cleangrid.copies (relation regclass, columns text, copy regclass);
CREATE TABLE cleangrid.sequences (relation regclass, last_value bigint, is_called boolean);
INSERT INTO cleangrid.copies
  SELECT c.oid, (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '')
  FROM pg_class c WHERE relkind = 'r' AND ${own};
DO $$ DECLARE t record; has_rows boolean; name text; BEGIN
  FOR t IN SELECT relation, columns FROM cleangrid.copies WHERE columns IS NOT NULL LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM ONLY %s)', t.relation) INTO has_rows;
    CONTINUE WHEN NOT has_rows;
    name := 'cleangrid.copy_' || t.relation::oid;
    EXECUTE format('CREATE UNLOGGED TABLE %s AS SELECT %s FROM ONLY %s', name, t.columns, t.relation);
    UPDATE cleangrid.copies SET copy = name::regclass WHERE relation = t.relation;
  END LOOP;
  FOR t IN SELECT c.oid::regclass AS relation FROM pg_class c WHERE relkind = 'S' AND ${own} LOOP
    EXECUTE format('INSERT INTO cleangrid.sequences SELECT %L, last_value, is_called FROM %s', t.relation, t.relation);
  END LOOP;
END $$;
`;

/** Without triggers and foreign keys: the copies held all of them. */
const restore = `
DO $$ DECLARE t record; has_rows boolean; used text; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR t IN TABLE cleangrid.copies LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM ONLY %s)', t.relation) INTO has_rows;
    IF has_rows OR t.copy IS NOT NULL THEN used := concat_ws(', ', used, 'ONLY ' || t.relation); END IF;
  END LOOP;
  IF used IS NOT NULL THEN EXECUTE 'TRUNCATE ' || used || ' CASCADE'; END IF;
  FOR t IN SELECT * FROM cleangrid.copies WHERE copy IS NOT NULL LOOP
    EXECUTE format('INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s', t.relation, t.columns, t.columns, t.copy);
  END LOOP;
  PERFORM setval(relation, last_value, is_called) FROM cleangrid.sequences;
  FOR t IN SELECT c.oid::regclass AS relation FROM pg_class c WHERE relkind = 'm' AND relispopulated AND ${own} LOOP
    EXECUTE format('REFRESH MATERIALIZED VIEW %s', t.relation);
  END LOOP;
END $$;
`;
