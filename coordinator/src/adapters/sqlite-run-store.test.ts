import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import type { Readable } from 'node:stream';
import { id, type RunId } from '@cleangrid/core/ids.ts';
import { afterAll, describe, expect, it } from 'vitest';
import { scenario } from '../fake/plans.ts';
import { addRun, shardPlan, storedRun, storedShard } from '../fake/stored.ts';
import { runStoreContract } from '../run-store.contract.ts';
import type { RunStore } from '../run-store.ts';
import { sqlitePlanPages } from './sqlite-plan-pages.ts';
import { openSqliteRunStore, type Survived } from './sqlite-run-store.ts';
import { migrate } from './sqlite-schema.ts';

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

  it('finds what is in a file of an older format', () => {
    const store = open();
    const directory = directories.get(store) ?? '';
    store.close();
    const file = join(directory, 'runs.sqlite');
    rmSync(file);
    const db = new DatabaseSync(file);
    migrate(db, 3);
    const plans = ['a', 'b'].map((name) => scenario({ name }));
    const add = (sql: string, ...values: (string | number)[]): void => void db.prepare(sql).run(...values);
    add(
      'INSERT INTO run (run, is_finished, doc) VALUES (?, 0, ?)',
      'run-1',
      JSON.stringify(storedRun('run-1')),
    );
    for (const [index, plan] of plans.entries()) {
      const { shard } = storedShard(1, index);
      add('INSERT INTO shard VALUES (1, ?, 0, 0, -1, ?)', index, JSON.stringify(shard));
      add('INSERT INTO plan VALUES (1, ?, 0, ?)', index, JSON.stringify(plan));
    }
    add('INSERT INTO event VALUES (1, 7, ?)', JSON.stringify({ kind: 'scenario_finished', scenario: 0 }));
    db.close();
    const reopened = open(directory);
    for (const [index, plan] of plans.entries())
      expect(reopened.headAndPlan(1, { scenario: index, slice: 0 })).toEqual(shardPlan(plan));
    expect(reopened.waitingShards(1, 10)).toHaveLength(2);
    expect(reopened.eventsAfter(1, 6)).toEqual([{ kind: 'scenario_finished', scenario: 0, cursor: 7 }]);
    reopened.close();
  });

  it('keeps plans on pages that are compressed, whatever was rolled back between them', () => {
    const store = open();
    const name = 'n'.repeat(10_000);
    const run = addRun(store, 'run-1', { shards: 0, isFinished: false });
    const addShards = (from: number, to: number): void =>
      store.transaction((writes) => {
        for (let index = from; index < to; index += 1) {
          writes.addShard(storedShard(run, index), shardPlan(scenario({ name: `${name} ${index}` })));
          expect(store.head(run, { scenario: from, slice: 0 }).name).toBe(`${name} ${from}`);
        }
        if (to === 30) throw new Error('on purpose');
      });
    addShards(0, 20);
    expect(() => addShards(20, 30)).toThrow('on purpose');
    addShards(20, 40);
    for (let index = 0; index < 40; index += 1)
      expect(store.plan(run, { scenario: index, slice: 0 })).toContain(`${name} ${index}"`);
    store.close();
    expect(statSync(join(directories.get(store) ?? '', 'runs.sqlite')).size).toBeLessThan(40 * name.length);
  });

  it('writes a page when it is large, whatever makes it so', () => {
    const store = open();
    const run = addRun(store, 'run-1', { shards: 0, isFinished: false });
    const tags = ['t'.repeat(1_000_000)];
    const plan = shardPlan(scenario({ name: 'a' }));
    store.transaction((writes) => {
      for (let index = 0; index < 5; index += 1)
        writes.addShard(storedShard(run, index), { ...plan, head: { ...plan.head, tags } });
    });
    store.close();
    const db = new DatabaseSync(join(directories.get(store) ?? '', 'runs.sqlite'));
    expect(db.prepare('SELECT count(*) AS count FROM plan_page').get()).toEqual({ count: 5 });
    db.close();
  });

  it('says of each bit that was turned in a plan that the store is damaged', () => {
    const store = open();
    const directory = directories.get(store) ?? '';
    const run = addRun(store, 'run-1', { shards: 3, isFinished: false });
    store.close();
    const db = new DatabaseSync(join(directory, 'runs.sqlite'));
    const { doc } = db.prepare('SELECT doc FROM plan_page').get() as { doc: Uint8Array };
    const reads = sqlitePlanPagesOf(db);
    for (const at of doc.keys()) {
      const turned = doc.slice();
      turned[at] = (turned[at] ?? 0) ^ 0x10;
      db.prepare('UPDATE plan_page SET doc = ?').run(turned);
      expect(reads(run), `byte ${at}`).toThrow(expect.objectContaining({ code: 'store_failed' }));
    }
    db.close();
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

/** Each time without what was kept in memory. */
function sqlitePlanPagesOf(db: DatabaseSync): (run: number) => () => unknown {
  return (run) => () => sqlitePlanPages(db).read(run, { page: 1, line: 0 });
}

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
