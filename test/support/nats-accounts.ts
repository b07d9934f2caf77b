/** A NATS operator with one account that may use JetStream: what a server needs to know of it, and credentials files of its users. */

import { nkeys } from 'nats';

type KeyPair = ReturnType<typeof nkeys.createUser>;

export interface NatsAccounts {
  /** A configuration file of nats-server. */
  serverConfig: string;
  /** As `nsc generate creds` writes it. */
  credentials(user: string): string;
}

const unlimited = { subs: -1, data: -1, payload: -1 };

export function createNatsAccounts(): NatsAccounts {
  const operator = nkeys.createOperator();
  const system = nkeys.createAccount();
  const account = nkeys.createAccount();
  const operatorToken = token('operator', { name: 'operator', about: operator, by: operator });
  const preloaded = [
    [
      system,
      token('account', { name: 'system', about: system, by: operator, nats: { limits: limitsOf(0) } }),
    ],
    [
      account,
      token('account', { name: 'grid', about: account, by: operator, nats: { limits: limitsOf(-1) } }),
    ],
  ] as const;
  return {
    serverConfig: [
      `operator: ${operatorToken}`,
      `system_account: ${system.getPublicKey()}`,
      'resolver: MEMORY',
      'resolver_preload: {',
      ...preloaded.map(([key, claims]) => `  ${key.getPublicKey()}: ${claims}`),
      '}',
    ].join('\n'),
    credentials: (name) => {
      const user = nkeys.createUser();
      return [
        '-----BEGIN NATS USER JWT-----',
        token('user', { name, about: user, by: account, nats: { pub: {}, sub: {}, ...unlimited } }),
        '------END NATS USER JWT------',
        '',
        '-----BEGIN USER NKEY SEED-----',
        Buffer.from(user.getSeed()).toString(),
        '------END USER NKEY SEED------',
        '',
      ].join('\n');
    },
  };
}

/** `jetStream`: what the account may store, -1 without a limit. */
function limitsOf(jetStream: 0 | -1): object {
  const connections = { conn: -1, leaf: -1, imports: -1, exports: -1, wildcards: true };
  return {
    ...unlimited,
    ...connections,
    mem_storage: jetStream,
    disk_storage: jetStream,
    streams: jetStream,
    consumer: jetStream,
  };
}

interface Claims {
  name: string;
  about: KeyPair;
  by: KeyPair;
  nats?: object;
}

/** A JSON web token in the form that NATS signs. */
function token(type: 'operator' | 'account' | 'user', { name, about, by, nats = {} }: Claims): string {
  const head = { typ: 'JWT', alg: 'ed25519-nkey' };
  const claims = {
    jti: about.getPublicKey(),
    iat: Math.floor(Date.now() / 1000),
    iss: by.getPublicKey(),
    name,
    sub: about.getPublicKey(),
    nats: { ...nats, type, version: 2 },
  };
  const signed = [head, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${Buffer.from(by.sign(Buffer.from(signed))).toString('base64url')}`;
}
