import { expect, test } from 'vitest';
import { compareStates, type ContainerState } from './container-state.ts';
import { parseEntries } from './entries.ts';

const image = {
  '/': 'd 755 0 0 4096 1 9 10.1 0',
  '/dev': 'd 755 0 0 340 2 5 20.1 0',
  '/dev/null': 'c 666 0 0 259 3 1 20.1 0',
  '/dev/shm': 'm 1777 0 0 40 1 2 20.1 0',
  '/tmp': 'd 1777 0 0 4096 4 2 10.1 0',
  '/tmp/of-the-image': 'f 644 0 0 5 5 1 10.1 0',
};
const before = stateOf(image);

test('is the same where only devices were used, and folders tell of what came and went', () => {
  const used = { '/dev/null': 'c 666 0 0 259 3 1 99.1 0', '/tmp': 'd 1777 0 0 8192 4 3 99.1 0' };
  expect(compareStates(before, stateOf({ ...image, ...used }))).toEqual({ kind: 'added', paths: [] });
});

test('names what was added to places, each folder as a whole', () => {
  const added = { '/tmp/x': 'd 755 0 0 1 6 1 99.1 0', '/tmp/x/y': 'f 644 0 0 1 7 1 99.1 0' };
  expect(compareStates(before, stateOf({ ...image, ...added }))).toEqual({
    kind: 'added',
    paths: ['/tmp/x'],
  });
});

test.each([
  [
    'an edited file of the image',
    { '/tmp/of-the-image': 'f 644 0 0 5 5 1 99.1 0' },
    '/tmp/of-the-image was changed',
  ],
  ['rights of a place', { '/tmp': 'd 755 0 0 4096 4 2 10.1 0' }, '/tmp was changed'],
  ['an access list of a place', { '/tmp': 'd 1777 0 0 4096 4 2 10.1 9' }, '/tmp was changed'],
  ['another folder of that name', { '/': 'd 755 0 0 4096 9 9 10.1 0' }, '/ was changed'],
  ['a device that is another one', { '/dev/null': 'c 666 0 0 260 3 1 20.1 0' }, '/dev/null was changed'],
  ['a place that was not there', { '/home': 'd 755 0 0 1 8 1 99.1 0' }, '/home was made'],
])('is changed by %s', (_, entries, what) => {
  expect(compareStates(before, stateOf({ ...image, ...entries }))).toEqual({ kind: 'changed', what });
});

test('is changed by what is missing', () => {
  const { '/tmp/of-the-image': _, ...rest } = image;
  const what = '/tmp/of-the-image was removed';
  expect(compareStates(before, stateOf(rest))).toEqual({ kind: 'changed', what });
});

test.each([
  ['was made', { '/etc/hosts': '1', '/etc/x': '1' }, '/etc/x was made or changed'],
  ['was changed', { '/etc/hosts': '2' }, '/etc/hosts was changed'],
  ['is not there any more', {}, '/etc/hosts was removed'],
])('is changed by what %s elsewhere', (_, changes, what) => {
  const now = { ...before, changes: new Map(Object.entries(changes)) };
  expect(compareStates({ ...before, changes: new Map([['/etc/hosts', '1']]) }, now)).toEqual({
    kind: 'changed',
    what,
  });
});

test('is changed by System V objects', () => {
  const what = 'System V IPC objects were left';
  expect(compareStates(before, { ...before, ipc: '0 1 600' })).toEqual({ kind: 'changed', what });
});

function stateOf(texts: Record<string, string>): ContainerState {
  const told = Object.entries(texts).map(([path, text]) => `${text} ${path}`);
  const entries = parseEntries({ bytes: Buffer.from(['settled', ...told, ''].join('\0')) });
  return { places: ['/dev', '/tmp', '/home'], entries, changes: new Map(), ipc: '' };
}
