/** How a connection is protected: the operator's files and token, and what `decideTransport` makes of them. */

import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { GridError, messageOf } from '@cleangrid/core/errors.ts';
import { version } from '@cleangrid/core/version.ts';
import type { Introduction } from '@cleangrid/proto/gate.ts';
import { readNatsServers } from '@cleangrid/proto/nats-servers.ts';
import { decideTransport, type TlsMaterial } from '@cleangrid/proto/transport-security.ts';
import type { AgentName, ClientName, CoordinatorName } from './grid-settings.ts';
import type { Chosen, Settings } from './settings.ts';

export interface GrpcTransport {
  tls: TlsMaterial<Uint8Array> | null;
  introduction: Introduction;
  /** How it is protected, for people. */
  words: string;
}

export interface NatsTransport {
  servers: string[];
  tls: TlsMaterial<Uint8Array> | null;
  credentials: Uint8Array | null;
  /** Where it is, without user and password. */
  address: string;
  words: string;
}

/** All of them have the TLS settings. */
type GrpcSettings = Settings<CoordinatorName> | Settings<AgentName> | Settings<ClientName>;
type ProcessSettings = Settings<CoordinatorName> | Settings<AgentName>;

/** Throws `bad_usage`. */
export async function readGrpcTransport(
  settings: GrpcSettings,
  end: { purpose: 'listen' | 'dial'; host: string; environmentToken: string | null },
): Promise<GrpcTransport> {
  const token = await readToken(settings.chosen('token-file'), end.environmentToken);
  const { tls, words } = decideTransport({
    purpose: end.purpose,
    hosts: [end.host],
    tls: {
      certificate: await readGiven(settings.chosen('tls-cert')),
      key: await readGiven(settings.chosen('tls-key')),
      ca: await readGiven(settings.chosen('tls-ca')),
    },
    hasSecret: token !== null,
    insecure: settings.isOn('insecure'),
  });
  checkTls(tls, 'tls');
  return { tls, introduction: { version, token }, words };
}

/** Throws `bad_usage`. */
export async function readNatsTransport(settings: ProcessSettings): Promise<NatsTransport> {
  const servers = settings.list('nats');
  const { hosts, addresses, user } = readNatsServers(servers);
  const credentials = await readGiven(settings.chosen('nats-creds'));
  const { tls, words } = decideTransport({
    purpose: 'nats',
    hosts,
    tls: {
      certificate: await readGiven(settings.chosen('nats-cert')),
      key: await readGiven(settings.chosen('nats-key')),
      ca: await readGiven(settings.chosen('nats-ca')),
    },
    hasSecret: credentials !== null || user !== null,
    insecure: settings.isOn('insecure'),
  });
  checkTls(tls, 'nats');
  return { servers, tls, credentials, address: addresses.join(', '), words };
}

/** What does not fit together would otherwise show as a connection that fails. */
function checkTls(tls: TlsMaterial<Uint8Array> | null, prefix: 'tls' | 'nats'): void {
  if (tls === null) return;
  const [certificate, key, ca] = ['cert', 'key', 'ca'].map((name) => `--${prefix}-${name}`);
  try {
    createSecureContext({
      cert: Buffer.from(tls.certificate),
      key: Buffer.from(tls.key),
      ca: Buffer.from(tls.ca),
    });
  } catch (error) {
    const isOther = (error as NodeJS.ErrnoException).code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH';
    throw new GridError(
      'bad_usage',
      isOther
        ? `the key of ${key} does not belong to the certificate of ${certificate}`
        : `the files of ${certificate}, ${key} and ${ca} cannot be used: ${messageOf(error)}`,
      { hint: 'Each is a file in PEM; the key has no passphrase.' },
    );
  }
}

/** The nearer source wins here too: the flag, then the variable with the token itself, then the configuration file. */
async function readToken(file: Chosen | null, environmentToken: string | null): Promise<string | null> {
  if (environmentToken !== null && file?.from !== 'flag') return environmentToken;
  const bytes = await readGiven(file);
  if (bytes === null) return null;
  const token = new TextDecoder().decode(bytes).trim();
  if (/^[\x21-\x7e]+$/u.test(token)) return token;
  throw new GridError(
    'bad_usage',
    `the token file ${file?.text} does not hold one line of visible characters`,
  );
}

async function readGiven(given: Chosen | null): Promise<Uint8Array | null> {
  if (given === null) return null;
  try {
    return new Uint8Array(await readFile(given.text));
  } catch (error) {
    throw new GridError('bad_usage', `cannot read the file of ${given.origin}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
