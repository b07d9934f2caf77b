import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cleangrid, openCleangrid } from '../support/cleangrid.ts';
import { createNatsAccounts } from '../support/nats-accounts.ts';
import { type NatsServer, startNatsServer } from '../support/nats-server.ts';

const certificates = join(import.meta.dirname, '../wire/certificates');
const file = (name: string): string => join(certificates, name);
const tls = (name: string): string[] => [
  '--tls-cert',
  file(`${name}.pem`),
  '--tls-key',
  file(`${name}.key`),
  '--tls-ca',
  file('ca.pem'),
];

const natsTls = '--tlsverify --tlscert grid.pem --tlskey grid.key --tlscacert ca.pem'
  .split(' ')
  .map((word) => (word.startsWith('--') ? word : file(word)));

let folder: string;
let nats: NatsServer;
let cleangrid: Cleangrid;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cleangrid-security-'));
  nats = await startNatsServer();
  cleangrid = openCleangrid({ CLEANGRID_NATS: nats.url });
});
afterEach(async () => {
  cleangrid.remove();
  await nats.close();
  rmSync(folder, { recursive: true });
});

test('beyond loopback a coordinator wants TLS and a token, or to be told that it is insecure', async () => {
  const refused = await cleangrid.run('coordinator', '--listen', '0.0.0.0:0');
  expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('needs TLS and a token') });

  const insecure = cleangrid.start('coordinator', '--listen', '0.0.0.0:0', '--insecure');
  await insecure.said('INSECURE by request');
  insecure.process.kill('SIGTERM');
  expect(await insecure.finished).toMatchObject({ exitCode: 0 });
});

test('says in one line what keeps a coordinator from listening', async () => {
  const first = cleangrid.start('coordinator', '--listen', '127.0.0.1:0');
  await first.said('Next: ');
  const address = /listening on (\S+)/.exec(first.stdout())?.[1] ?? '';
  const elsewhere = join(folder, 'elsewhere');
  expect(await cleangrid.run('coordinator', '--listen', address, '--state-dir', elsewhere)).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: `error: cannot listen on ${address}: listen EADDRINUSE: address already in use ${address}\n  Choose another address with --listen, or end what uses it.\n`,
  });
  first.process.kill('SIGTERM');
  await first.finished;
});

test('lets in who shows a certificate and knows the token, and nobody else', async () => {
  const token = join(folder, 'token');
  const config = join(folder, 'grid.toml');
  writeFileSync(token, 'a-secret\n');
  const paths = { tls_cert: 'grid.pem', tls_key: 'grid.key', tls_ca: 'ca.pem' };
  const lines = Object.entries(paths).map(([key, name]) => `${key} = "${file(name)}"`);
  const settings = ['[coordinator]', 'listen = "0.0.0.0:0"', `token_file = "${token}"`, ...lines];
  writeFileSync(config, settings.join('\n'));
  const coordinator = cleangrid.start('coordinator', '--config', config);
  await coordinator.said('TLS with client certificates, and a token');
  await coordinator.said('Next: ');
  const grid = `localhost:${/listening on 0\.0\.0\.0:(\d+)/.exec(coordinator.stdout())?.[1]}`;
  const status = (...argv: string[]) => cleangrid.run('status', '--grid', grid, ...argv);

  expect(await status(...tls('grid'), '--token-file', token)).toMatchObject({ exitCode: 0 });
  expect(await status(...tls('grid'), '--token-file', token)).toMatchObject({ stderr: '' });
  expect(await status(...tls('grid'))).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('wants a token'),
  });
  expect(await status(...tls('stranger'), '--token-file', token)).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('--tls-cert'),
  });
  expect(await status('--insecure', '--token-file', token)).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('this end needs --tls-cert'),
  });
  coordinator.process.kill('SIGTERM');
  expect(await coordinator.finished).toMatchObject({ exitCode: 0 });
});

test('coordinator and agent reach a NATS that demands certificates and a password', async () => {
  const secured = await startNatsServer({ args: [...natsTls, '--user', 'grid', '--pass', 'a-secret'] });
  try {
    const url = secured.url.replace('//', '//grid:a-secret@');
    expect(await connectBoth({ CLEANGRID_NATS: url })).toEqual([0, 0]);
  } finally {
    await secured.close();
  }
});

test('coordinator and agent reach a NATS that demands certificates and the credentials of an account', async () => {
  const accounts = createNatsAccounts();
  const [config, credentials, strange] = ['nats.conf', 'grid.creds', 'strange.creds'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  writeFileSync(config, accounts.serverConfig);
  writeFileSync(credentials, accounts.credentials('grid'));
  writeFileSync(strange, createNatsAccounts().credentials('grid'));
  const secured = await startNatsServer({ args: [...natsTls, '-c', config] });
  try {
    const members = { CLEANGRID_NATS: secured.url, CLEANGRID_NATS_CREDS: credentials };
    expect(await connectBoth(members)).toEqual([0, 0]);
    const stranger = openCleangrid({ ...natsFiles, ...members, CLEANGRID_NATS_CREDS: strange });
    expect(await stranger.run('coordinator', '--listen', '127.0.0.1:0')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('refuses these credentials'),
    });
    stranger.remove();
  } finally {
    await secured.close();
  }
});

const natsFiles = Object.fromEntries(
  Object.entries({ CERT: 'grid.pem', KEY: 'grid.key', CA: 'ca.pem' }).map(([key, name]) => [
    `CLEANGRID_NATS_${key}`,
    file(name),
  ]),
);

/** The exit codes of agent and coordinator, which were connected and then told to end. */
async function connectBoth(environment: Record<string, string>): Promise<(number | null)[]> {
  const members = openCleangrid({ ...natsFiles, ...environment });
  try {
    const coordinator = members.start('coordinator', '--listen', '127.0.0.1:0');
    await coordinator.said('TLS with client certificates, and credentials');
    await coordinator.said('Next: ');
    const [, address = ''] = /listening on (\S+)/.exec(coordinator.stdout()) ?? [];
    const agent = members.start('agent', '--name', 'secured', '--coordinator', address);
    await agent.said('Connected. ');
    const exitCodes: (number | null)[] = [];
    for (const { process, finished } of [agent, coordinator]) {
      process.kill('SIGTERM');
      exitCodes.push((await finished).exitCode);
    }
    return exitCodes;
  } finally {
    members.remove();
  }
}

test('an agent that does not know the token ends with the reason', async () => {
  const environment = { CLEANGRID_NATS: nats.url, CLEANGRID_TOKEN: 'a-secret' };
  const secured = openCleangrid(environment);
  const coordinator = secured.start('coordinator', '--listen', '127.0.0.1:0');
  await coordinator.said('Next: ');
  const [, address = ''] = /listening on (\S+)/.exec(coordinator.stdout()) ?? [];
  expect(await cleangrid.run('agent', '--name', 'stranger', '--coordinator', address)).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('wants a token'),
  });
  coordinator.process.kill('SIGTERM');
  await coordinator.finished;
  secured.remove();
});
