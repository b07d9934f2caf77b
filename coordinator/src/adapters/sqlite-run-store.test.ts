import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import type { Readable } from 'node:stream';
import { id, type RunId } from '@cleangrid/core/ids.ts';
import { afterAll, describe, expect, it } from 'vitest';
import { addRun } from '../fake/stored.ts';
import { runStoreContract } from '../run-store.contract.ts';
import type { RunStore } from '../run-store.ts';
import { openSqliteRunStore, type Survived } from './sqlite-run-store.ts';

const root = mkdtempSync(join(tmpdir(), 'cleangrid-store-'));
const directories = new Map<RunStore, string>();

afterAll(() => rmSync(root, { recursive: true }));

function open(directory = mkdtempSync(join(root, 'store-'))): RunStore {
  const store = openSqliteRunStore({ directory });
  directories.set(store, directory);
  return store;
}

runStoreContract('SQLite', {
  open,
  reopen: (store) => {
    store.close();
    return open(directories.get(store));
  },
});

describe('the SQLite run store', () => {
  it('is refused to a second coordinator while the first has it open', () => {
    const store = open();
    const directory = directories.get(store) ?? '';
    expect(() => open(directory)).toThrow(`another coordinator is using the run store in ${directory}`);
    store.close();
    open(directory).close();
  });

  it('refuses a file that a newer version wrote, and leaves it as it is', () => {
    const store = open();
    const directory = directories.get(store) ?? '';
    store.close();
    const db = new DatabaseSync(join(directory, 'runs.sqlite'));
    db.exec('PRAGMA user_version = 999');
    db.close();
    expect(() => open(directory)).toThrow(/format 999/);
    expect(() => open(directory)).toThrow(expect.objectContaining({ code: 'version_mismatch' }));
  });

  it('finds the heads of plans in a file that was written before plans had heads', () => {
    const store = open();
    const directory = directories.get(store) ?? '';
    const run = addRun(store, 'run-1', { shards: 1, isFinished: false });
    const head = store.head(run, { scenario: 0, slice: 0 });
    store.close();
    const db = new DatabaseSync(join(directory, 'runs.sqlite'));
    db.exec('ALTER TABLE plan DROP COLUMN head; PRAGMA user_version = 3');
    db.close();
    const reopened = open(directory);
    expect(reopened.head(run, { scenario: 0, slice: 0 })).toEqual(head);
    reopened.close();
  });

  it('finds the events of a file that was written when each had a row of its own', () => {
    const store = open();
    const directory = directories.get(store) ?? '';
    const run = addRun(store, 'run-1', { shards: 1, isFinished: false });
    const finished = { kind: 'scenario_finished', scenario: 0, cursor: 7 } as const;
    store.close();
    const db = new DatabaseSync(join(directory, 'runs.sqlite'));
    const { cursor, ...doc } = finished;
    db.prepare('INSERT INTO event (run, cursor, doc) VALUES (?, ?, ?)').run(run, cursor, JSON.stringify(doc));
    db.exec('PRAGMA user_version = 4');
    db.close();
    const reopened = open(directory);
    expect(reopened.eventsAfter(run, 6)).toEqual([finished]);
    reopened.close();
  });

  it.each(['power_loss', 'kill'] as const)(
    'that survives a %s has everything that was answered after its process was killed at any moment, and can be opened at once',
    async (survives) => {
      const directory = mkdtempSync(join(root, 'store-'));
      for (const answersBeforeKill of [1, 2, 7, 23, 60]) {
        const writer = startWriter(directory, { survives });
        let answered = 0;
        let remaining = answersBeforeKill;
        for await (const line of createInterface(writer.stdout)) {
          answered = Number(line);
          remaining -= 1;
          if (remaining === 0) writer.kill('SIGKILL');
        }
        expect(storedFrames(directory)).toBeGreaterThanOrEqual(answered);
      }
    },
  );

  it('loses nothing that was answered when its file can grow no more, and goes on when it can', async () => {
    const directory = mkdtempSync(join(root, 'store-'));
    const lines = await Array.fromAsync(
      createInterface(startWriter(directory, { shell: 'ulimit -f 1000;' }).stdout),
    );
    expect(lines.pop()).toBe('store_failed');
    expect(lines.length).toBeGreaterThan(5);
    expect(storedFrames(directory)).toBe(lines.length);
    addRun(open(directory), 'run-2', { shards: 1, isFinished: true });
  });
});

/** The writer says nothing more when the limits of `shell` stop it. */
function startWriter(
  directory: string,
  { shell = '', survives = 'power_loss' }: { shell?: string; survives?: Survived },
): ChildProcessByStdio<null, Readable, null> {
  const script = join(import.meta.dirname, '../fake/write-until-killed.ts');
  const command = `${shell} exec "$0" "$1" "$2" run-1 ${survives}`;
  return spawn('sh', ['-c', command, process.execPath, script, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Without a gap, which is what makes their number an answer. */
function storedFrames(directory: string): number {
  const store = open(directory);
  try {
    const run = store.run(id<RunId>('run-1'))?.ordinal ?? 0;
    const seqs = store.frameSeqs(run, { scenario: 0, slice: 0 }, 1);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    return seqs.length;
  } finally {
    store.close();
  }
}
