import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readConfigFile } from './config-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cleangrid-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(folder, 'grid.toml');
  writeFileSync(path, text);
  return path;
}

test('gives each process the keys of its own table', async () => {
  const path = file(`
[coordinator]
listen = "0.0.0.0:7443"
insecure = true
[agent]
slots = 8
image_alias = ["a=b", "c=d"]
tls_cert = "cert.pem"
`);
  expect([...(await readConfigFile(path, 'coordinator'))]).toEqual([
    ['listen', '0.0.0.0:7443'],
    ['insecure', 'true'],
  ]);
  expect([...(await readConfigFile(path, 'agent'))]).toEqual([
    ['slots', '8'],
    ['image-alias', 'a=b,c=d'],
    ['tls-cert', 'cert.pem'],
  ]);
});

test.each([
  ['[coordinator]\nlisen = "x:1"', ':2:1: error CG1101', 'did you mean `listen`?'],
  ['[agent]\nlisten = "x:1"', ':2:1: error CG1101', '[agent] has no key `listen`'],
  ['[agents]\n', ':1:2: error CG1101', 'did you mean `agent`?'],
  ['slots = 1', ':1:1: error CG1101', 'known: `coordinator`, `agent`'],
  ['agent = 1', ':1:1: error CG1103', 'write [agent]'],
  ['[agent]\nslots = "8"\ninsecure = "yes"', ':3:12: error CG1103', '`insecure` is true or false'],
  ['[agent]\nname = 8', ':2:8: error CG1103', '`name` is a text'],
  ['[agent]\nimage_alias = [1]', ':2:15: error CG1103', '`image_alias` is a list of texts'],
  ['[agent]\nslots = 1\nslots = 2', ':3:1: error CG1002', 'written twice'],
  ['[agent', 'error CG1001', 'not TOML'],
])('refuses %j with its place, also for the other process', async (text, place, words) => {
  const read = readConfigFile(file(text), 'coordinator');
  await expect(read).rejects.toMatchObject({ code: 'bad_usage', message: expect.stringContaining(place) });
  await expect(read).rejects.toThrow(words);
});

test('refuses a file that cannot be read', async () => {
  await expect(readConfigFile(join(folder, 'none.toml'), 'agent')).rejects.toMatchObject({
    code: 'bad_usage',
  });
});
