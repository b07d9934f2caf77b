/**
 * `postgres.schema`: every schema of the database is dropped, and the setup files run again. What the image's own initialisation made in
 * the database is dropped too.
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

export function createSchemaReset(parts: PostgresParts): Strategy {
  const { psql, database } = parts;

  async function check(sql: string, signal: AbortSignal): Promise<ResetAnswer | null> {
    const { stdout, problem } = await psql.run({ database, sql }, signal);
    const reason = describeDirt(stdout) ?? problem;
    return reason === null ? null : { kind: 'replace', reason };
  }

  async function setUpAgain(signal: AbortSignal): Promise<ResetAnswer | null> {
    const answer = await runSetup(parts, signal);
    return answer?.kind === 'refused' && 'message' in answer.verdict
      ? { kind: 'replace', reason: answer.verdict.message }
      : answer;
  }

  async function reset(signal: AbortSignal): Promise<ResetAnswer> {
    return (
      (await check(endConnections(everyClient) + unknownDatabases + dropSchemas, signal)) ??
      (await setUpAgain(signal)) ??
      (await check(verify, signal)) ??
      clean
    );
  }

  async function prepare(signal: AbortSignal): Promise<ResetAnswer> {
    const refusal = await openServer(parts, [database], signal);
    if (refusal) return refusal;
    const emptied = await psql.run({ database, sql: rememberPublic + dropSchemas }, signal);
    const failure = refusalOf(emptied) ?? (await runSetup(parts, signal));
    if (failure) return failure;
    const remember =
      endConnections(everyClient) +
      rememberState({ leased: database, isReplaced: false, more: outsideLines });
    return refusalOf(await psql.run({ database, sql: remember }, signal)) ?? clean;
  }

  return { prepare, resume: reset, reset };
}

/** With its owner and rights, which differ between versions of PostgreSQL. */
const rememberPublic = `
CREATE SCHEMA cleangrid;
CREATE TABLE cleangrid.public AS SELECT nspowner, nspacl FROM pg_namespace WHERE nspname = 'public';
`;

const dropSchemas = `
DO $$ DECLARE s record; BEGIN
  FOR s IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'cleangrid') LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', s.nspname);
  END LOOP;
  PERFORM lo_unlink(oid) FROM pg_largeobject_metadata;
  IF EXISTS (SELECT FROM cleangrid.public) THEN
    CREATE SCHEMA public;
    UPDATE pg_namespace n SET nspowner = p.nspowner, nspacl = p.nspacl FROM cleangrid.public p WHERE nspname = 'public';
  END IF;
END $$;
`;

/** What a database has outside of its schemas, by name. */
const outsideLines: readonly string[] = [
  `SELECT 'schema ' || nspname, '' FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_'`,
  `SELECT 'extension ' || extname, extversion FROM pg_extension`,
  `SELECT 'event trigger ' || evtname, '' FROM pg_event_trigger`,
  `SELECT 'cast ' || castsource::regtype || ' to ' || casttarget::regtype, '' FROM pg_cast`,
  `SELECT 'language ' || lanname, '' FROM pg_language`,
  `SELECT 'publication ' || pubname, '' FROM pg_publication`,
  `SELECT 'foreign data wrapper ' || fdwname, '' FROM pg_foreign_data_wrapper`,
  `SELECT 'foreign server ' || srvname, '' FROM pg_foreign_server`,
  `SELECT 'default rights of ' || defaclrole::regrole || ' ' || defaclobjtype::text || defaclnamespace, defaclacl::text FROM pg_default_acl`,
];
