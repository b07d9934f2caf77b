/** The sub-commands `list`, `amend` and `print` under AddressSanitizer and UndefinedBehaviorSanitizer, on files of this machine. */

import { spawn } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { buildSanitized } from '../../supervisor/build.ts';
import { parseEntries } from '../workspace/entries.ts';

let program: string;
let directory: string;
let folder: string;

beforeAll(async () => {
  program = await buildSanitized();
  directory = await mkdtemp(join(tmpdir(), 'cleangrid-files-'));
});
beforeEach(async () => {
  folder = join(directory, 'folder');
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'a'), { recursive: true });
  await writeFile(join(folder, 'a/file'), 'text');
  await symlink('/etc', join(folder, 'link'));
});
afterAll(() => rm(directory, { recursive: true }));

const sanitizerExit = 99;

async function run(args: string[], stdin: string | Uint8Array = '') {
  const env = { ASAN_OPTIONS: `exitcode=${sanitizerExit}`, UBSAN_OPTIONS: `exitcode=${sanitizerExit}` };
  const child = spawn(program, args, { env });
  child.stdin.on('error', () => {}).end(stdin);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, said, code] = await Promise.all([buffer(child.stdout), text(child.stderr), ended]);
  return { stdout, said, code };
}

test('lists what is below a folder, and enters no link', async () => {
  const { stdout, code } = await run(['list', '100', folder, '=/etc', '/not/there']);
  expect(code).toBe(0);
  const entries = parseEntries({ bytes: stdout });
  expect([...entries].map(([path, { type }]) => `${type} ${path.replace(folder, '')}`).toSorted()).toEqual([
    'd ',
    'd /a',
    'd /etc',
    'f /a/file',
    'l /link',
  ]);
  expect(entries.get(`${folder}/a/file`)).toMatchObject({ size: 4 });
});

test('says which entry is one too many', async () => {
  expect(await run(['list', '2', folder])).toMatchObject({
    code: 1,
    said: expect.stringContaining('more files than can be compared'),
  });
});

test('removes a folder with what is in it, and a link without what it leads to', async () => {
  const { code } = await run(['amend'], `- ${folder}/a\0- ${folder}/link\0- ${folder}/not-there\0`);
  expect([code, await readdir(folder)]).toEqual([0, []]);
  expect((await lstat('/etc')).isDirectory()).toBe(true);
});

test.each([
  ['through a link', (to: string) => `- ${to}/link/passwd\0`],
  ['with dots', (to: string) => `- ${to}/../folder/a\0`],
  ['from nowhere', () => '- a/file\0'],
  ['at the root', () => '- /\0'],
  ['unfinished', (to: string) => `- ${to}/a`],
  ['unknown', (to: string) => `x ${to}/a\0`],
  ['without its bytes', (to: string) => `f 666 10 ${to}/a/new\0short`],
])('amends nothing that is asked for %s', async (_, ask) => {
  const before = await readFile('/etc/passwd');
  await run(['amend'], ask(folder));
  expect(await readdir(join(folder, 'a'))).toContain('file');
  expect((await readFile('/etc/passwd')).equals(before)).toBe(true);
});

test('prints files one after the other, and nothing of one that is not there', async () => {
  const { stdout } = await run(['print', join(folder, 'a/file'), '/not/there', join(folder, 'a/file')]);
  expect(stdout.toString()).toBe('text\0\0text\0');
});

/** No slash in what is arbitrary: it leads nowhere. */
const arbitrary = fc.string({ maxLength: 30 }).map((any) => any.replaceAll('/', '\0'));
const verb = fc.constantFrom(
  '- ',
  'd 777 ',
  'd 99999999999 ',
  'f 666 3 ',
  'f 666 0 ',
  'f 7 99999999999999999999 ',
);
const path = fc.constantFrom('a', 'a/file', 'a/new', 'link', 'link/x', 'a/../a', 'long'.repeat(2000), 'a//b');

test('amends without a fault whatever it is told', async () => {
  const order = fc.oneof(
    arbitrary,
    fc
      .tuple(verb, path, fc.constantFrom('\0', '\0abc'))
      .map(([what, where, end]) => `${what}${folder}/${where}${end}`),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(order, { maxLength: 8 }), async (orders) => {
      expect([0, 1]).toContain((await run(['amend'], orders.join(''))).code);
      expect((await run(['list', '1000', folder])).code).toBe(0);
    }),
    { numRuns: 60 },
  );
});
