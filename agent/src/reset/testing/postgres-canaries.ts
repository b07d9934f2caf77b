/** What a scenario may leave in a PostgreSQL, and what becomes of it. `docs/pool.md` shows the same as a table. */

import type { Canary } from './canary.ts';

type Strategy = 'postgres.template' | 'postgres.truncate' | 'postgres.schema';

const psql = (sql: string, database = 'app'): string => `psql -U postgres -d ${database} -Atqc "${sql}"`;

/** Connections that stay open, each until it is at work. */
const connection = (sql: string, isThere: string): string =>
  `(echo "${sql}"; sleep 1000) | psql -U postgres -d app -q >/dev/null 2>&1 &
  until [ -n "$(${psql(isThere)})" ]; do :; done`;

const everywhere = <T>(outcome: T): Record<Strategy, T> => ({
  'postgres.template': outcome,
  'postgres.truncate': outcome,
  'postgres.schema': outcome,
});

/** Of what belongs to the schema: `postgres.truncate` only notices it. */
const schemaOutcome = { ...everywhere('gone' as const), 'postgres.truncate': 'replaced' as const };
/** Of what belongs to a database: only another database is without it. */
const databaseOutcome = { ...everywhere('replaced' as const), 'postgres.template': 'gone' as const };

const openTransaction = "select 1 from pg_stat_activity where state = 'idle in transaction'";
const listener = "select 1 from pg_stat_activity where query like 'LISTEN%'";
const advisoryLock = "select 1 from pg_locks where locktype = 'advisory'";
const role = "select 1 from pg_roles where rolname = 'mallory'";

export const postgresSetup: Record<string, string> = {
  'sql/tables.sql': `
    create table customers (id serial primary key, name text not null);
    create table orders (id bigint generated always as identity primary key, customer int not null references customers (id),
      doubled bigint generated always as (id * 2) stored);
    create materialized view names as select name from customers;`,
  'sql/seed.sql': `
    insert into customers (name) values ('alice'), ('bob');
    insert into orders (customer) values (1), (2);
    refresh materialized view names;`,
};

export const postgresCanaries: readonly Canary<Strategy>[] = [
  {
    what: 'a row in a table',
    plant: psql("insert into customers (name) values ('eve')"),
    look: psql("select 1 from customers where name = 'eve'"),
    outcome: everywhere('gone'),
  },
  {
    what: 'a changed and a removed row of the setup files',
    plant: psql("update customers set name = 'eve' where id = 1; delete from orders where id = 2"),
    look: psql(
      "select 1 where (select count(*) <> 2 from orders) or not exists (select from customers where name = 'alice')",
    ),
    outcome: everywhere('gone'),
  },
  {
    what: 'a sequence that went on',
    plant: psql("select nextval('customers_id_seq')"),
    look: psql('select 1 from customers_id_seq where last_value <> 2'),
    outcome: everywhere('gone'),
  },
  {
    what: 'a refreshed materialized view',
    plant: psql("insert into customers (name) values ('eve'); refresh materialized view names"),
    look: psql("select 1 from names where name = 'eve'"),
    outcome: everywhere('gone'),
  },
  {
    what: 'a connection with an open transaction',
    plant: connection(
      "begin; lock table customers; insert into customers (name) values ('eve');",
      openTransaction,
    ),
    look: psql(openTransaction),
    outcome: everywhere('gone'),
  },
  {
    what: 'a connection that listens',
    plant: connection('LISTEN orders;', listener),
    look: psql(listener),
    outcome: everywhere('gone'),
  },
  {
    what: 'an advisory lock',
    plant: connection('select pg_advisory_lock(42);', advisoryLock),
    look: psql(advisoryLock),
    outcome: everywhere('gone'),
  },
  {
    what: 'a large object',
    plant: psql("select lo_from_bytea(4711, 'eve')"),
    look: psql('select 1 from pg_largeobject_metadata'),
    outcome: schemaOutcome,
    undo: psql('select lo_unlink(4711)'),
  },
  {
    what: 'a table, a schema',
    plant: psql('create schema planted; create table planted.here (id int)'),
    look: psql("select 1 from pg_namespace where nspname = 'planted'"),
    outcome: schemaOutcome,
    undo: psql('drop schema planted cascade'),
  },
  {
    what: 'a function and a trigger',
    plant: psql(
      "create function planted() returns trigger language plpgsql as 'begin return null; end'; create trigger planted before insert on orders execute function planted()",
    ),
    look: psql("select 1 from pg_trigger where tgname = 'planted'"),
    outcome: schemaOutcome,
    undo: psql('drop function planted() cascade'),
  },
  {
    what: 'an event trigger',
    plant: psql(
      "create function on_ddl() returns event_trigger language plpgsql as 'begin end'; create event trigger planted on ddl_command_end execute function on_ddl()",
    ),
    look: psql('select 1 from pg_event_trigger'),
    outcome: schemaOutcome,
    undo: psql('drop function on_ddl() cascade'),
  },
  {
    what: 'a publication',
    plant: psql('create publication planted'),
    look: psql('select 1 from pg_publication'),
    outcome: databaseOutcome,
    undo: psql('drop publication planted'),
  },
  {
    what: 'a setting of the database',
    plant: psql("alter database app set work_mem = '7MB'"),
    // That of the database by this name now: the one before may still wait to be dropped.
    look: psql(
      "select 1 from pg_db_role_setting join pg_database d on d.oid = setdatabase where datname = 'app' and setconfig = '{work_mem=7MB}'",
    ),
    outcome: databaseOutcome,
    undo: psql('alter database app reset work_mem'),
  },
  {
    what: 'another database',
    plant: psql('create database planted'),
    look: psql("select 1 from pg_database where datname = 'planted'"),
    outcome: databaseOutcome,
    undo: psql('drop database planted'),
  },
  {
    what: 'a table in another database of the server',
    plant: psql('create table planted (id int)', 'postgres'),
    look: psql("select 1 from pg_class where relname = 'planted'", 'postgres'),
    outcome: everywhere('replaced'),
    undo: psql('drop table planted', 'postgres'),
  },
  {
    what: 'a role',
    plant: psql('create role mallory'),
    look: psql(role),
    outcome: everywhere('replaced'),
    undo: psql('drop role mallory'),
  },
  {
    what: 'a setting of a role',
    plant: psql("alter role postgres set work_mem = '7MB'"),
    look: psql("select 1 from pg_db_role_setting where setconfig = '{work_mem=7MB}'"),
    outcome: everywhere('replaced'),
    undo: psql('alter role postgres reset work_mem'),
  },
  {
    what: 'a setting of the server',
    plant: `${psql("alter system set work_mem = '7MB'")}; ${psql('select pg_reload_conf()')}`,
    look: psql("select 1 from pg_file_settings where sourcefile like '%auto.conf'"),
    outcome: everywhere('replaced'),
    undo: `${psql('alter system reset work_mem')}; ${psql('select pg_reload_conf()')}`,
  },
  {
    what: 'a tablespace',
    plant: `install -d -o postgres /tmp/space; ${psql("create tablespace planted location '/tmp/space'")}`,
    look: psql("select 1 from pg_tablespace where spcname = 'planted'"),
    outcome: everywhere('replaced'),
    undo: psql('drop tablespace planted'),
  },
  {
    what: 'a replication slot',
    plant: psql("select pg_create_physical_replication_slot('planted')"),
    look: psql('select 1 from pg_replication_slots'),
    outcome: everywhere('replaced'),
    undo: psql("select pg_drop_replication_slot('planted')"),
  },
  {
    what: 'a prepared transaction',
    plant: psql("begin; insert into customers (name) values ('eve'); prepare transaction 'planted'"),
    look: psql('select 1 from pg_prepared_xacts'),
    outcome: everywhere('replaced'),
    undo: psql("rollback prepared 'planted'"),
  },
  {
    what: 'a program that the server started',
    plant: psql("copy (select 1) to program 'cat >/dev/null; setsid sleep 4711 >/dev/null 2>&1 &'"),
    look: 'grep -lz ^4711 /proc/[0-9]*/cmdline 2>/dev/null || true',
    outcome: everywhere('stays'),
  },
  {
    what: 'a file in `/tmp` or in the data directory',
    plant: 'touch /tmp/planted $PGDATA/planted',
    look: 'ls /tmp/planted $PGDATA/planted 2>/dev/null || true',
    outcome: everywhere('stays'),
    undo: 'rm /tmp/planted $PGDATA/planted',
  },
];
