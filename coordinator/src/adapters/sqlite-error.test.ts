import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { storeError } from './sqlite-error.ts';

describe('what the run store throws', () => {
  it('says that the disk is full', () => {
    const db = new DatabaseSync(':memory:');
    db.exec('CREATE TABLE t (x); PRAGMA max_page_count = 3');
    expect(storeError(thrownBy(() => db.exec('INSERT INTO t VALUES (zeroblob(100000))')))).toMatchObject({
      code: 'disk_full',
    });
  });

  it('is a failed store for all else that SQLite has against it', () => {
    const db = new DatabaseSync(':memory:');
    expect(storeError(thrownBy(() => db.exec('SELECT * FROM missing')))).toMatchObject({
      code: 'store_failed',
    });
  });

  it('leaves our own bugs as they are', () => {
    const bug = new TypeError('a bug');
    expect(storeError(bug)).toBe(bug);
  });
});

function thrownBy(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
