/** The one place that decides how a connection is protected: for what is listened on, what is dialled, and NATS. Pure; files are read by the caller. */

import { GridError } from '@cleangrid/core/errors.ts';

export interface TransportSettings<Pem> {
  purpose: TransportPurpose;
  /** Every host that is listened on or dialled, without ports. */
  hosts: readonly string[];
  /** What the operator gave. The CA is the one that signed the other end's certificate. */
  tls: { certificate: Pem | null; key: Pem | null; ca: Pem | null };
  /** A token was given; for NATS, credentials. */
  hasSecret: boolean;
  /** The operator wants plain text beyond loopback. */
  insecure: boolean;
}

export type TransportPurpose = 'listen' | 'dial' | 'nats';

export interface TlsMaterial<Pem> {
  certificate: Pem;
  key: Pem;
  ca: Pem;
}

/** `words`: what to tell the operator when it starts. */
export interface TransportSecurity<Pem> {
  tls: TlsMaterial<Pem> | null;
  words: string;
}

/**
 * TLS and a secret beyond loopback, or an explicit `insecure`. TLS is mutual: each end shows a certificate. Throws `bad_usage`, which
 * says what is missing and how to give it.
 */
export function decideTransport<Pem>(settings: TransportSettings<Pem>): TransportSecurity<Pem> {
  const { purpose, hosts, hasSecret, insecure } = settings;
  const tls = completeTls(settings);
  const secret = purpose === 'nats' ? 'credentials' : 'a token';
  if (tls && hasSecret) return { tls, words: `TLS with client certificates, and ${secret}` };
  const far = hosts.find((host) => !isLoopback(host));
  const protection = tls ? `TLS with client certificates, no ${bare(secret)}` : 'plain text';
  if (far === undefined) return { tls, words: `${protection}, loopback only` };
  if (insecure) return { tls, words: `INSECURE by request: ${protection} beyond loopback` };
  const missing = [...(tls ? [] : ['TLS']), ...(hasSecret ? [] : [secret])].join(' and ');
  throw new GridError('bad_usage', `${subject(purpose, far)} needs ${missing}`, { hint: hintFor(purpose) });
}

/** Names and addresses that never leave the machine. */
export function isLoopback(host: string): boolean {
  const bareHost = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return bareHost === 'localhost' || bareHost === '::1' || /^127(?:\.\d{1,3}){3}$/.test(bareHost);
}

function completeTls<Pem>({ purpose, tls }: TransportSettings<Pem>): TlsMaterial<Pem> | null {
  const { certificate, key, ca } = tls;
  if (certificate !== null && key !== null && ca !== null) return { certificate, key, ca };
  if (certificate === null && key === null && ca === null) return null;
  const missing = Object.entries(tls).flatMap(([name, value]) =>
    value === null ? [names[name] ?? name] : [],
  );
  throw new GridError('bad_usage', `TLS is set up without ${missing.join(' and ')}`, {
    hint: hintFor(purpose),
  });
}

const names: Record<string, string> = { certificate: 'a certificate', key: 'its key', ca: 'a CA' };

function subject(purpose: TransportPurpose, host: string): string {
  switch (purpose) {
    case 'listen':
      return `listening on ${host}, beyond loopback,`;
    case 'dial':
      return `the coordinator at ${host}, beyond loopback,`;
    case 'nats':
      return `NATS at ${host}, beyond loopback,`;
  }
}

function hintFor(purpose: TransportPurpose): string {
  const ways =
    purpose === 'nats'
      ? '--nats-cert, --nats-key and --nats-ca, and --nats-creds or a user and password in the URL'
      : '--tls-cert, --tls-key and --tls-ca, and CLEANGRID_TOKEN or --token-file';
  return `Give ${ways}; or --insecure, in a network that you trust.`;
}

function bare(secret: string): string {
  return secret.replace(/^a /, '');
}
