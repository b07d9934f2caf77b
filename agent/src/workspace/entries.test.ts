import { expect, test } from 'vitest';
import { entryPath, foldersOf, parseEntries, topmost } from './entries.ts';

test('reads entries whatever bytes their names have', () => {
  const name = Buffer.from([0xff, 0x20, 0x0a, 0xc3, 0xbc]);
  const bytes = Buffer.concat([
    Buffer.from('settled\0d 1777 5 6 4096 7 2 1.000000002 24 /x\0f 644 0 0 3 8 1 1.5 0 /x/'),
    name,
    Buffer.from('\0'),
  ]);
  expect([...parseEntries({ bytes })]).toEqual([
    [
      '/x',
      {
        type: 'd',
        mode: 0o1777,
        owner: '5 6',
        size: 4096,
        inode: '7',
        hasAttributes: true,
        text: 'd 1777 5 6 4096 7 2 1.000000002 24',
      },
    ],
    [`/x/${name.toString('latin1')}`, expect.objectContaining({ type: 'f', size: 3, hasAttributes: false })],
  ]);
});

test('writes a name as entries have it', () => {
  expect(Buffer.from(entryPath('ü'), 'latin1').toString()).toBe('ü');
});

test('knows what a path is in, and what is the whole of several', () => {
  expect(foldersOf('/a/b/c')).toEqual(['/a', '/a/b']);
  expect(foldersOf('/a')).toEqual([]);
  expect(topmost(['/a', '/a/b', '/ab', '/c/d/e', '/c/d/e/f'])).toEqual(['/a', '/ab', '/c/d/e']);
});
