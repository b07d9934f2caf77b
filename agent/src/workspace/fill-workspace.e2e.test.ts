import { afterAll, beforeAll, expect, test } from 'vitest';
import { clean } from '../reset/instance-reset.ts';
import { type KeeperStand, openKeeperStand } from './testing/keeper-stand.ts';

const suite = {
  'data.txt': 'one\n',
  '!bin/run.sh': '#!/bin/sh\necho ran\n',
  'deep/er/file': 'deep\n',
  'umläut "$x".txt': 'odd name\n',
};

/** All that a step can see of /workspace, but for its times. */
const look = `cd /workspace && find . -printf '%p %y %m %U %G %n %l\\n' | sort && find . -type f -print0 | sort -z | xargs -0 cat`;

let stand: KeeperStand;
let asTheSuiteHasIt: string;

beforeAll(async () => {
  stand = await openKeeperStand({ service: 'db' });
  await stand.bring(suite, { isUsed: false });
  asTheSuiteHasIt = await stand.sh(look);
});

afterAll(() => stand?.close());

test("writes files as everybody's, and folders", () => {
  expect(asTheSuiteHasIt).toContain('./bin/run.sh f 777 0 0 1');
  expect(asTheSuiteHasIt).toContain('./deep/er d 777 0 0 2');
  expect(asTheSuiteHasIt).toContain('odd name');
});

test.each([
  ['a file that was added', 'echo 1 > added; mkdir -p new/folder; echo 2 > new/folder/added'],
  ['an edited file', 'echo other > data.txt'],
  [
    'an edit of the same size and time',
    'touch -r data.txt /tmp/t; echo two > data.txt; touch -r /tmp/t data.txt',
  ],
  ['a removed file and a removed folder', 'rm -r data.txt deep'],
  ['changed rights', 'chmod 600 data.txt; chmod 700 deep; chmod -x bin/run.sh; chmod 1755 .'],
  ['another owner', 'chown 1000:1000 data.txt deep'],
  ['a symbolic link in the place of a file', 'rm data.txt; ln -s /etc/passwd data.txt'],
  ['a symbolic link in the place of a folder', 'rm -r deep; mkdir /tmp/elsewhere; ln -s /tmp/elsewhere deep'],
  ['a folder in the place of a file', 'rm data.txt; mkdir -p data.txt/full; echo 1 > data.txt/full/x'],
  ['a file in the place of a folder', 'rm -r deep; echo 1 > deep'],
  ['a hard link', 'ln data.txt second-name; echo more >> second-name'],
  ['pipes, sockets and devices', 'mkfifo pipe; mknod device c 1 3'],
  ['names that are not text', 'touch "$(printf \'line\\nbreak\')" "$(printf \'\\377\\376\')" ./-rf'],
  ['a file that only its owner may enter', 'mkdir -m 0 closed; rm -r bin; mkdir -m 0 bin'],
])('leaves nothing of %s', async (_, plant) => {
  await stand.sh(`rm -rf /tmp/elsewhere; cd /workspace; ${plant}`);
  expect(await stand.sh(look), 'planted').not.toBe(asTheSuiteHasIt);
  expect(await stand.bring(suite)).toEqual(clean);
  expect(await stand.sh(look)).toBe(asTheSuiteHasIt);
  expect(await stand.sh('ls -A /tmp/elsewhere 2>/dev/null || true')).toBe('');
  expect(await stand.sh('head -c 5 /etc/passwd')).toBe('root:');
});

test('costs one look where nothing was changed', async () => {
  await stand.bring(suite);
  stand.commands();
  expect(await stand.bring(suite)).toEqual(clean);
  expect(stand.commands()).toEqual(['list']);
});

test('costs three commands where something was changed', async () => {
  await stand.bring(suite);
  await stand.sh('cd /workspace; echo two > data.txt; echo 1 > added');
  stand.commands();
  expect(await stand.bring(suite)).toEqual(clean);
  expect(stand.commands()).toEqual(['list', 'amend', 'list']);
});

test('costs nothing where the container was cleaned after its last lease', async () => {
  await stand.bring(suite);
  await stand.sh('cd /workspace; echo two > data.txt; echo 1 > added');
  expect(await stand.clean()).toEqual(clean);
  expect(await stand.sh(look)).toBe(asTheSuiteHasIt);
  stand.commands();
  expect(await stand.bring(suite)).toEqual(clean);
  expect(stand.commands()).toEqual([]);
  await stand.sh('echo two > /workspace/data.txt');
  expect(await stand.bring(suite)).toEqual(clean);
  expect(await stand.sh(look)).toBe(asTheSuiteHasIt);
});

test('writes what the suite changed, and nothing else', async () => {
  await stand.bring(suite);
  const inode = await stand.sh('stat -c %i /workspace/data.txt');
  expect(await stand.bring({ ...suite, 'deep/er/file': 'edited\n' })).toEqual(clean);
  expect(await stand.sh('cat /workspace/deep/er/file; stat -c %i /workspace/data.txt')).toBe(
    `edited\n${inode}`,
  );
  expect(await stand.bring(suite)).toEqual(clean);
  expect(await stand.sh(look)).toBe(asTheSuiteHasIt);
});

test('brings a container of which nothing is known to the same', async () => {
  await stand.sh('cd /workspace; echo two > data.txt; echo 1 > added; rm -r deep');
  await stand.forget();
  expect(await stand.bring(suite)).toEqual(clean);
  expect(await stand.sh(look)).toBe(asTheSuiteHasIt);
});

test('notices an edit right after the files were written', async () => {
  for (let round = 0; round < 20; round += 1) {
    expect(await stand.bring({ ...suite, 'data.txt': round % 2 ? 'abc\n' : 'def\n' })).toEqual(clean);
    await stand.sh('echo xyz > /workspace/data.txt');
    expect(await stand.bring({ ...suite, 'data.txt': round % 2 ? 'abc\n' : 'def\n' })).toEqual(clean);
    expect(await stand.sh('cat /workspace/data.txt')).toBe(round % 2 ? 'abc' : 'def');
  }
});

test('takes nothing away from steps that run in a container that is shared', async () => {
  await stand.bring(suite);
  await stand.sh('cd /workspace; echo mine > data.txt; echo 1 > added');
  const isInUse = (): boolean => true;
  expect(await stand.bring({ ...suite, 'more/of/it': 'other suite\n' }, { isInUse })).toEqual(clean);
  expect(await stand.sh('cd /workspace; cat data.txt added more/of/it')).toBe('mine\n1\nother suite');
  expect(await stand.bring(suite)).toEqual(clean);
  expect(await stand.sh(look)).toBe(asTheSuiteHasIt);
});

test('leaves what is mounted in /workspace alone', async () => {
  const name = 'cleangrid-test-mounted-in-workspace';
  const runtime = stand.runtime;
  await runtime.volumes.create(name, { 'cleangrid.test': 'workspace' });
  const mount = { kind: 'volume', source: name, target: '/workspace/deep/data', readOnly: false } as const;
  const mounted = await openKeeperStand({ service: 'db', spec: { mounts: [mount] } });
  try {
    await mounted.sh('echo kept > /workspace/deep/data/file');
    expect(await mounted.bring(suite)).toEqual(clean);
    await mounted.sh('echo 1 > /workspace/deep/added');
    expect(await mounted.bring({ 'data.txt': 'one\n' })).toEqual(clean);
    expect(await mounted.sh('cd /workspace; find . -type f; cat deep/data/file')).toBe(
      './data.txt\n./deep/data/file\nkept',
    );
  } finally {
    await mounted.close();
    await runtime.volumes.remove(name);
  }
});

test('has a container replaced that holds more than can be compared', async () => {
  const deep = await openKeeperStand({ service: 'db' });
  try {
    await deep.sh('cd /workspace; for i in $(seq 70); do mkdir d; cd d; done');
    expect(await deep.bring(suite)).toMatchObject({
      kind: 'replace',
      reason: expect.stringContaining('folders too deep to be compared'),
    });
  } finally {
    await deep.close();
  }
});
