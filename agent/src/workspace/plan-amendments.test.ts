import { id, type Sha256 } from '@cleangrid/core/ids.ts';
import type { WorkspaceFile } from '@cleangrid/core/workspace.ts';
import { describe, expect, test } from 'vitest';
import { type Entries, parseEntries } from './entries.ts';
import { planAmendments, wantedFiles } from './plan-amendments.ts';

const suite: WorkspaceFile[] = ['a', 'x/b'].map((path) => ({
  path,
  sha256: id<Sha256>(`content of ${path}`),
  byteCount: 1,
  executable: path === 'a',
}));
const wanted = wantedFiles(suite);

const asWritten = {
  '/workspace': 'd 777 0 0 4096 1 3 100.1 0',
  '/workspace/a': 'f 777 0 0 1 2 1 100.1 0',
  '/workspace/x': 'd 777 0 0 4096 3 2 100.1 0',
  '/workspace/x/b': 'f 666 0 0 1 4 1 100.1 0',
};
const held = { entries: entriesOf(asWritten), files: wanted };
const nothing = { remove: [], folders: [], files: [] };

test('has nothing to do where all is as it was written', () => {
  expect(planned(asWritten)).toEqual(nothing);
});

test('has nothing to do where only a folder tells of what came and went in it', () => {
  expect(planned({ ...asWritten, '/workspace/x': 'd 777 0 0 8192 3 9 200.1 0' })).toEqual(nothing);
});

test('writes everything where it is not known what was written', () => {
  expect(planned(asWritten, null)).toEqual({ ...nothing, files: ['/workspace/a', '/workspace/x/b'] });
});

test.each([
  ['time', 'f 777 0 0 1 2 1 100.2 0'],
  ['inode', 'f 777 0 0 1 9 1 100.1 0'],
  ['second name', 'f 777 0 0 1 2 2 100.1 0'],
  ['mode', 'f 766 0 0 1 2 1 100.1 0'],
])('writes a file anew that has another %s', (_, text) => {
  expect(planned({ ...asWritten, '/workspace/a': text })).toEqual({ ...nothing, files: ['/workspace/a'] });
});

test.each([
  ['mode', 'd 755 0 0 4096 3 2 100.1 0'],
  ['owner', 'd 777 5 0 4096 3 2 100.1 0'],
  ['access list', 'd 777 0 0 4096 3 2 100.1 24'],
])('sets right a folder that has another %s', (_, text) => {
  expect(planned({ ...asWritten, '/workspace/x': text })).toEqual({ ...nothing, folders: ['/workspace/x'] });
});

test('removes what is too much as a whole, and what is in the way', () => {
  const entries = {
    ...asWritten,
    '/workspace/new': 'd 755 0 0 4096 5 2 100.1 0',
    '/workspace/new/file': 'f 644 0 0 1 6 1 100.1 0',
    '/workspace/x': 'l 777 0 0 4 7 1 100.1 0',
  };
  expect(planned(entries)).toMatchObject({
    remove: ['/workspace/x', '/workspace/new'],
    folders: ['/workspace/x'],
  });
});

test('writes only what the suite changed', () => {
  const edited = suite.map((one) => (one.path === 'a' ? { ...one, sha256: id<Sha256>('other') } : one));
  expect(simple(planAmendments(entriesOf(asWritten), wantedFiles(edited), held))).toEqual({
    ...nothing,
    files: ['/workspace/a'],
  });
});

describe('beside what is mounted in /workspace', () => {
  const { '/workspace/x/b': _, ...others } = asWritten;
  const mounted = { ...others, '/workspace/x': 'm 755 0 0 4096 1 2 100.1 0' };

  test('touches nothing in it, and writes nothing there', () => {
    expect(planned(mounted, null)).toEqual({ ...nothing, files: ['/workspace/a'] });
  });

  test('keeps the folders that lead there', () => {
    const entries = {
      ...asWritten,
      '/workspace/deep': 'd 700 5 5 4096 8 3 100.1 0',
      '/workspace/deep/data': 'm 755 0 0 4096 1 2 100.1 0',
      '/workspace/deep/new': 'f 644 0 0 1 9 1 100.1 0',
    };
    expect(planned(entries)).toEqual({ ...nothing, remove: ['/workspace/deep/new'] });
  });
});

function planned(entries: Record<string, string>, before: typeof held | null = held) {
  return simple(planAmendments(entriesOf(entries), wanted, before));
}

function simple({ remove, folders, files }: ReturnType<typeof planAmendments>) {
  return { remove, folders, files: [...files.keys()] };
}

function entriesOf(texts: Record<string, string>): Entries {
  const told = Object.entries(texts).map(([path, text]) => `${text} ${path}`);
  return parseEntries({ bytes: Buffer.from(['settled', ...told, ''].join('\0'), 'latin1') });
}
