/** One connection to NATS, which makes itself anew for as long as the process lives. */

import { GridError, messageOf } from '@cleangrid/core/errors.ts';
import { natsCallMsMax, natsPingMs, natsPingsMax, natsReconnectMs } from '@cleangrid/core/limits.ts';
import {
  AuthorizationError,
  connect,
  credsAuthenticator,
  type NatsConnection,
  type NodeConnectionOptions,
} from 'nats';
import { readNatsServers } from '../nats-servers.ts';
import type { TlsMaterial } from '../transport-security.ts';

export interface NatsTarget {
  /** URLs; a user and password in one is used for all. */
  servers: string[];
  /** As `decideTransport` decided. */
  tls: TlsMaterial<Uint8Array> | null;
  /** A NATS credentials file. */
  credentials: Uint8Array | null;
  /** Shown by the server: `cleangrid coordinator`, `cleangrid agent NAME`. */
  name: string;
}

/** Throws `bad_usage` and `unavailable`. */
export async function connectNats(target: NatsTarget): Promise<NatsConnection> {
  const { servers, tls, credentials, name } = target;
  const { addresses, user } = readNatsServers(servers);
  const options: NodeConnectionOptions = {
    servers: addresses,
    name,
    timeout: natsCallMsMax,
    pingInterval: natsPingMs,
    maxPingOut: natsPingsMax,
    maxReconnectAttempts: -1,
    reconnectTimeWait: natsReconnectMs,
    // A server that refuses for a while (it reads its accounts anew) is asked again, like one that is away.
    ignoreAuthErrorAbort: true,
    ...(user && { user: user.name, pass: user.password }),
    ...(credentials && { authenticator: credsAuthenticator(credentials) }),
    ...(tls && { tls: { cert: pem(tls.certificate), key: pem(tls.key), ca: pem(tls.ca) } }),
  };
  try {
    return await connect(options);
  } catch (cause) {
    if (cause instanceof AuthorizationError)
      throw new GridError('bad_usage', `NATS at ${addresses.join(', ')} refuses these credentials`, {
        cause,
        hint: 'Check --nats-creds, or the user and password in the URL.',
      });
    throw new GridError('unavailable', `no NATS at ${addresses.join(', ')}: ${messageOf(cause)}`, {
      cause,
      hint: 'Start nats-server -js, or check the address.',
    });
  }
}

function pem(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
