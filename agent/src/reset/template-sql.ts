/** The SQL of `postgres.template`: cloning a template, lending a clone, putting used databases aside. Run from `poolDatabase`. */

import { endConnections, everyClient } from './cluster-state.ts';
import { identifier, literal } from './psql.ts';

/** From where all is done; nobody else has a reason to connect to it. */
export const poolDatabase = 'cleangrid_pool';
const clone = 'cleangrid_clone';
const template = 'cleangrid_template';

/** What a database has beside its content: owner, rights, settings. */
const likeTemplate = `
UPDATE pg_database d SET datdba = t.datdba, datacl = t.datacl, datconnlimit = t.datconnlimit
  FROM pg_database t WHERE d.datname = '${clone}' AND t.datname = '${template}';
INSERT INTO pg_db_role_setting
  SELECT d.oid, setrole, setconfig FROM pg_db_role_setting s JOIN pg_database t ON t.oid = s.setdatabase, pg_database d
  WHERE d.datname = '${clone}' AND t.datname = '${template}';
`;

/** Copying files costs half of what the log of PostgreSQL 15 and later does. */
const makeClone: string = `
SELECT NOT EXISTS (SELECT FROM pg_database WHERE datname = '${clone}') AS wanted,
  CASE WHEN current_setting('server_version_num')::int >= 150000 THEN 'STRATEGY file_copy' ELSE '' END AS strategy \\gset
\\if :wanted
CREATE DATABASE ${clone} TEMPLATE ${template} ALLOW_CONNECTIONS false :strategy;
${likeTemplate}
\\endif
`;

const dropUsed = `
SELECT format('DROP DATABASE %I', datname) FROM pg_database WHERE datname ~ '^cleangrid_used_' \\gexec
`;

/** Makes the next clone, and drops what was put aside. */
export const restock: string = makeClone + dropUsed;

/** The used database, and all others that came. */
export const putAside = `
SELECT format('ALTER DATABASE %I RENAME TO %I', datname, 'cleangrid_used_' || oid) FROM cleangrid.unknown \\gexec
`;

/** Lets the clone that is ready be the database of that name. */
export function lend(name: string): string {
  return `
ALTER DATABASE ${clone} RENAME TO ${identifier(name)};
ALTER DATABASE ${identifier(name)} ALLOW_CONNECTIONS true;
`;
}

export function dropDatabase(name: string): string {
  return `
DROP DATABASE ${identifier(name)};
`;
}

/** Of the database as the image and the setup files left it. */
export function makeTemplate(database: string): string {
  return `
${endConnections(everyClient)}
ALTER DATABASE ${identifier(database)} RENAME TO ${template};
ALTER DATABASE ${template} ALLOW_CONNECTIONS false;
${makeClone}`;
}

/** Runs `sql` unless no transaction has ended in that database, as PostgreSQL counts them: at once only since version 15. */
export function ifTouched(database: string, sql: string): string {
  return `
SELECT current_setting('server_version_num')::int < 150000 OR NOT EXISTS (
    SELECT FROM pg_stat_database WHERE datname = ${literal(database)} AND xact_commit + xact_rollback = 0
  ) AS touched \\gset
\\if :touched
${sql}
\\endif
`;
}
