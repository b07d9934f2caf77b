import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { id, type RunId } from '@cleangrid/core/ids.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addRun, storedRun } from '../fake/stored.ts';
import type { RunStore } from '../run-store.ts';
import { openRunHistory } from './run-history.ts';
import { openSqliteRunStore } from './sqlite-run-store.ts';

const everything = { runs: 100, bytes: Number.MAX_SAFE_INTEGER };

describe('the history of a machine', () => {
  let directory: string;
  let stores: RunStore[];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'cleangrid-history-'));
    stores = [];
  });

  afterEach(() => {
    for (const store of stores) store.close();
    rmSync(directory, { recursive: true });
  });

  function open(name: string): RunStore {
    const store = openSqliteRunStore({ directory: join(directory, name) });
    stores.push(store);
    return store;
  }

  it('is empty where nothing ever ran', async () => {
    const { runs } = openRunHistory(join(directory, 'missing'));
    expect(await runs.list(10)).toEqual([]);
    await expect(runs.get(id<RunId>('run-1'))).rejects.toMatchObject({ code: 'not_found' });
  });

  it('lists the runs of all stores, newest first, also while they are written', async () => {
    addRun(open('9'), 'old', { shards: 0, isFinished: true });
    addRun(open('10'), 'new', { shards: 2, isFinished: false });
    const { runs } = openRunHistory(directory);
    expect(await runs.list(10)).toMatchObject([
      { run: 'new', state: 'running' },
      { run: 'old', state: 'finished' },
    ]);
    expect(await runs.list(1)).toMatchObject([{ run: 'new' }]);
    expect(await Array.fromAsync(runs.scenarios(id<RunId>('new')))).toMatchObject([
      { id: '0', verdict: null },
      { id: '1', verdict: null },
    ]);
  });

  it('reads the spans of a run, also while others write', async () => {
    const store = open('1');
    const part = { place: { scenario: 1, slice: 0 }, attempt: 1, byteCount: 3 };
    store.transaction(({ addRun: add, spans }) => {
      const run = add({ ...storedRun('run-1'), traceMode: 'single' });
      spans.add(run, { count: 1, otlp: new Uint8Array([1, 2, 3]), parts: [part] });
    });
    const read = Array.fromAsync(openRunHistory(directory).runs.spans(id<RunId>('run-1'), 1));
    expect(await read).toMatchObject([
      { of: null },
      { of: { shard: '1', attempt: 1 }, otlp: new Uint8Array([1, 2, 3]) },
    ]);
  });

  it('reads a run to its end although another process removes it meanwhile', async () => {
    addRun(open('1'), 'run-1', { shards: 3, isFinished: true });
    const ids: string[] = [];
    for await (const { id: scenario } of openRunHistory(directory).runs.scenarios(id<RunId>('run-1'))) {
      ids.push(scenario);
      rmSync(join(directory, '1'), { recursive: true, force: true });
    }
    expect(ids).toEqual(['0', '1', '2']);
  });

  it('shows a run as interrupted when the process that worked on it was killed', async () => {
    const store = join(directory, '1');
    const script = join(import.meta.dirname, '../fake/write-until-killed.ts');
    const writer = spawn(process.execPath, [script, store, 'run-1'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(writer.stdout, 'data');
    const { runs } = openRunHistory(directory);
    expect(await runs.get(id<RunId>('run-1'))).toMatchObject({ state: 'running' });
    writer.kill('SIGKILL');
    await once(writer, 'close');
    expect(await runs.get(id<RunId>('run-1'))).toMatchObject({ state: 'interrupted' });
    expect(await runs.list(10)).toMatchObject([{ state: 'interrupted' }]);
  });

  it('passes by what is no store', async () => {
    mkdirSync(join(directory, '5'));
    addRun(open('6'), 'run-1', { shards: 0, isFinished: true });
    expect(await openRunHistory(directory).runs.list(10)).toHaveLength(1);
  });

  it('forgets the oldest stores beyond what is kept, but none that is open', () => {
    for (const name of ['1', '2', '3', '4'])
      addRun(open(name), `run-${name}`, { shards: 1, isFinished: true });
    for (const store of stores.splice(1)) store.close();
    const history = openRunHistory(directory);
    expect(history.prune(everything)).toBe(0);
    expect(history.prune({ ...everything, runs: 2 })).toBe(1);
    expect(['1', '2', '3', '4'].map((name) => existsSync(join(directory, name)))).toEqual([
      true,
      false,
      true,
      true,
    ]);
    expect(history.prune({ ...everything, bytes: 1 })).toBe(1);
    expect(existsSync(join(directory, '4'))).toBe(true);
  });
});
