/**
 * The ledger as a SQLite file in the agent's state directory. A life holds an exclusive lock on a file of its own: the kernel drops it when
 * the process dies, however it dies, so that no process id has to be trusted.
 */

import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Clock, Ids } from '@cleangrid/core/clock.ts';
import { GridError, messageOf } from '@cleangrid/core/errors.ts';
import { ledgerBusyMsMax } from '@cleangrid/core/limits.ts';
import type { Broom, Ledger, Life } from '../pool/ledger.ts';
import { poolSchema, sqlitePoolLedger } from './sqlite-pool-ledger.ts';

const schema = `
  create table if not exists ledger (id text not null) strict;
  create table if not exists last_boot (number integer not null) strict;
  ${poolSchema}
`;

/** It and `begin` throw `store_failed` and `disk_full`. */
export function openLedger(directory: string, { clock, ids }: { clock: Clock; ids: Ids }): Ledger {
  try {
    const lives = join(directory, 'lives');
    mkdirSync(lives, { recursive: true, mode: 0o700 });
    const database = new DatabaseSync(join(directory, fileName), { timeout: ledgerBusyMsMax });
    // What is lost with the host's power dies with it too: what a killed process wrote stays.
    database.exec('pragma journal_mode = wal; pragma synchronous = normal;');
    database.exec(schema);
    const ledgerId = identify(database, ids);
    const fileOf = (boot: number): string => join(lives, `${boot}.lock`);
    const isAlive = (boot: number): boolean => isLocked(fileOf(boot));
    const guarded = <T>(work: () => T): T => {
      try {
        return work();
      } catch (error) {
        throw failed(directory, error);
      }
    };
    return {
      id: ledgerId,
      home: homeOf(directory),
      begin: () => guarded(() => beginLife(database, { clock, fileOf })),
      isAlive,
      isAnyAlive: () => bootsIn(lives).some(isAlive),
      takeBroom: () => guarded(() => takeBroom(join(directory, 'janitor.lock'))),
      pool: sqlitePoolLedger(database, { isAlive, guarded }),
      close: () => database.close(),
    };
  } catch (error) {
    throw failed(directory, error);
  }
}

/** As this process knows host and directory. */
export function homeOf(directory: string): string {
  return `${hostname()}:${resolve(directory)}`;
}

/** Null: there is no ledger. Changes nothing. Throws `store_failed` where one is there and cannot be read. */
export function ledgerIdIn(directory: string): string | null {
  const file = join(directory, fileName);
  if (!existsSync(file)) return null;
  try {
    using database = new DatabaseSync(file, { readOnly: true, timeout: ledgerBusyMsMax });
    return String(database.prepare('select id from ledger').get()?.['id']);
  } catch (error) {
    throw failed(directory, error);
  }
}

const fileName = 'ledger.sqlite';

function identify(database: DatabaseSync, ids: Ids): string {
  return inTransaction(database, () => {
    const known = database.prepare('select id from ledger').get()?.['id'];
    if (typeof known === 'string') return known;
    const id = ids.random(12);
    database.prepare('insert into ledger values (?)').run(id);
    return id;
  });
}

function beginLife(
  database: DatabaseSync,
  { clock, fileOf }: { clock: Clock; fileOf: (boot: number) => string },
): Life {
  const boot = inTransaction(database, () => {
    const last = Number(
      database.prepare('select max(number) as number from last_boot').get()?.['number'] ?? 0,
    );
    const next = Math.max(last + 1, clock.nowMs());
    database.exec('delete from last_boot');
    database.prepare('insert into last_boot values (?)').run(next);
    return next;
  });
  const lock = lockLife(fileOf(boot));
  return {
    boot,
    end() {
      if (lock.isOpen) lock.close();
      rmSync(fileOf(boot), { force: true });
    },
  };
}

/** Who asks meanwhile whether it is alive may find the file before it is locked, and remove it. */
function lockLife(file: string): DatabaseSync {
  for (;;) {
    const lock = new DatabaseSync(file, { timeout: ledgerBusyMsMax });
    lock.exec('begin exclusive');
    if (existsSync(file)) return lock;
    lock.close();
  }
}

function bootsIn(lives: string): number[] {
  return readdirSync(lives)
    .map((file) => Number(/^(\d+)\.lock$/u.exec(file)?.[1] ?? Number.NaN))
    .filter((boot) => !Number.isNaN(boot));
}

function takeBroom(file: string): Broom | null {
  const lock = new DatabaseSync(file, { timeout: 0 });
  try {
    lock.exec('begin exclusive');
    return { putBack: () => lock.close() };
  } catch (error) {
    lock.close();
    if (isBusy(error)) return null;
    throw error;
  }
}

function isLocked(file: string): boolean {
  if (!existsSync(file)) return false;
  const probe = new DatabaseSync(file, { timeout: 0 });
  try {
    probe.exec('begin exclusive');
    // Removed while it is locked: who begins that life now sees that it is gone.
    rmSync(file, { force: true });
    probe.exec('rollback');
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw error;
  } finally {
    probe.close();
  }
}

function isBusy(error: unknown): boolean {
  return sqliteCode(error) === 5;
}

function isFull(error: unknown): boolean {
  return sqliteCode(error) === 13 || (error instanceof Error && 'code' in error && error.code === 'ENOSPC');
}

/** SQLite's primary result code; null for another error. */
function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error && 'errcode' in error && typeof error.errcode === 'number')) return null;
  return error.errcode & 0xff;
}

function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('begin immediate');
  try {
    const result = work();
    database.exec('commit');
    return result;
  } catch (error) {
    // A full disk has already rolled it back.
    if (database.isTransaction) database.exec('rollback');
    throw error;
  }
}

function failed(directory: string, cause: unknown): GridError {
  const code = isFull(cause) ? 'disk_full' : 'store_failed';
  return new GridError(code, `the agent's ledger in ${directory} cannot be used: ${messageOf(cause)}`, {
    cause,
    hint: 'Check that the directory is writable and has free space.',
  });
}
