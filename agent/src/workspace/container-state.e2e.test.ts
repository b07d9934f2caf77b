import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clean } from '../reset/instance-reset.ts';
import { type KeeperStand, openKeeperStand } from './testing/keeper-stand.ts';

const added = [
  ['files in temporary places', 'echo 1 > /tmp/a; mkdir -p /var/tmp/b/c; ln -s /etc /run/d; mkfifo /tmp/e'],
  ['files in homes', 'echo 1 > ~/.history; mkdir -p /home/somebody/.cache; echo 1 > /home/somebody/.cache/x'],
  ['shared memory and message queues by name', 'echo 1 > /dev/shm/segment; echo 1 > /dev/added'],
  ['a volume of the image', 'mkdir /volume/x; echo 1 > /volume/x/y'],
] as const;

const changed = [
  ['a program', 'echo 1 > /usr/bin/added', '/usr'],
  ['a setting', 'echo 1 >> /etc/passwd', '/etc'],
  ['what is removed', 'rm /etc/os-release', '/etc'],
  ['rights of a file', 'chmod 4755 /bin/cat', '/usr'],
  ['rights of a temporary place', 'chmod 700 /tmp', '/tmp was changed'],
  ['rights of what a temporary place is in', 'chmod 700 /var', '/var was changed'],
  ['rights of the root', 'chmod 700 /', '/ was changed'],
  ['a folder that is another one', 'cp -a /var /v; rm -r /var; mv /v /var', '/v'],
  ['a temporary place that is a link', 'rmdir /home; ln -s /etc /home', '/home was changed'],
  ['a name of a host', 'echo 192.0.2.1 db >> /etc/hosts', '/etc/hosts was changed'],
  ['a device', 'chmod 600 /dev/null', '/dev/null was changed'],
  ['System V shared memory', 'ipcmk -M 64 > /dev/null', 'System V IPC objects were left'],
] as const;

/** Those that the agent or Docker must tell: the others are seen in the container itself. */
const elsewhere = changed.slice(0, 4);

describe.each([
  ['read from its upper directory', false],
  ['told by Docker', true],
])('a workspace container whose changes are %s', (_, isRemote) => {
  const setting = {
    isRemote,
    spec: {
      mounts: [
        { kind: 'volume', source: `cleangrid-test-image-${isRemote}`, target: '/volume', readOnly: false },
      ],
    } as const,
  };
  let stand: KeeperStand;

  beforeAll(async () => {
    stand = await openKeeperStand(setting);
    await stand.bring({ file: '1' });
  });
  afterAll(async () => {
    await stand?.close();
    await stand?.runtime.volumes.remove(setting.spec.mounts[0].source);
  });

  test('is clean when nothing was done in it', async () => {
    expect(await stand.clean()).toEqual(clean);
  });

  test.each(added)('is clean again without %s', async (_what, plant) => {
    const look = 'find /tmp /var/tmp /run /root /home /dev /volume -mindepth 1 | sort';
    const before = await stand.sh(look);
    await stand.sh(plant);
    expect(await stand.sh(look), 'planted').not.toBe(before);
    expect(await stand.clean()).toEqual(clean);
    expect(await stand.sh(look)).toBe(before);
    expect(await stand.clean()).toEqual(clean);
  });

  test.concurrent.each(isRemote ? elsewhere : changed)('is replaced for %s', async (_what, plant, reason) => {
    const other = await openKeeperStand(setting);
    try {
      await other.bring({});
      await other.sh(plant);
      expect(await other.clean()).toEqual({ kind: 'replace', reason: expect.stringContaining(reason) });
    } finally {
      await other.close();
    }
  });
});

test('a container that an earlier life verified is clean as it then was', async () => {
  const stand = await openKeeperStand();
  try {
    await stand.bring({});
    await stand.sh('echo 1 > /tmp/a');
    expect(await stand.clean()).toEqual(clean);
    await stand.forget();
    await stand.bring({});
    await stand.sh('echo 1 > /tmp/a');
    expect(await stand.clean()).toEqual(clean);
    expect(await stand.sh('ls /tmp')).toBe('');
    await stand.sh('echo 1 > /etc/added');
    expect(await stand.clean()).toMatchObject({ kind: 'replace' });
  } finally {
    await stand.close();
  }
});

test('a container in which nothing was looked at before its lease is replaced', async () => {
  const stand = await openKeeperStand();
  try {
    expect(await stand.clean()).toMatchObject({ kind: 'replace' });
  } finally {
    await stand.close();
  }
});
