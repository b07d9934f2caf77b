import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectNats, type NatsTarget } from '@cleangrid/proto/adapters/nats-connection.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type NatsServer, startNatsServer } from '../support/nats-server.ts';

const path = (name: string): string => join(import.meta.dirname, 'certificates', name);
const material = (end: string): NatsTarget['tls'] => ({
  certificate: readFileSync(path(`${end}.pem`)),
  key: readFileSync(path(`${end}.key`)),
  ca: readFileSync(path('ca.pem')),
});

let nats: NatsServer;
beforeAll(async () => {
  const tls = ['--tlscert', path('grid.pem'), '--tlskey', path('grid.key'), '--tlscacert', path('ca.pem')];
  nats = await startNatsServer({ args: ['--tlsverify', ...tls, '--user', 'grid', '--pass', 'a-secret'] });
});
afterAll(() => nats.close());

function connect(user: string, tls: NatsTarget['tls']): ReturnType<typeof connectNats> {
  return connectNats({
    servers: [nats.url.replace('//', `//${user}@`)],
    tls,
    credentials: null,
    name: 'test',
  });
}

test('a NATS server with TLS and a password lets in who has both', async () => {
  const connection = await connect('grid:a-secret', material('grid'));
  expect(connection.info).toMatchObject({ auth_required: true, tls_verify: true });
  await connection.close();
});

test.each([
  ['another password', { user: 'grid:guessed', tls: material('grid'), code: 'bad_usage' }],
  [
    'a certificate of somebody else',
    { user: 'grid:a-secret', tls: material('stranger'), code: 'unavailable' },
  ],
  ['no certificate', { user: 'grid:a-secret', tls: null, code: 'unavailable' }],
])('a NATS server with TLS and a password refuses who has %s', async (_, { user, tls, code }) => {
  await expect(connect(user, tls)).rejects.toMatchObject({ code });
});
