/** Reads the URLs of NATS servers as operators write them: `nats://user:password@host:4222`, or only `host`. */

import { GridError } from '@cleangrid/core/errors.ts';

export interface NatsServers {
  /** `host:port` each. */
  addresses: string[];
  hosts: string[];
  /** From the first URL that has one. */
  user: { name: string; password: string } | null;
}

/** Throws `bad_usage`. */
export function readNatsServers(urls: readonly string[]): NatsServers {
  const parsed = urls.map(parse);
  const withUser = parsed.find(({ username }) => username !== '');
  return {
    addresses: parsed.map(({ hostname, port }) => `${hostname}:${port || '4222'}`),
    hosts: parsed.map(({ hostname }) => hostname),
    user: withUser
      ? {
          name: decodeURIComponent(withUser.username),
          password: decodeURIComponent(withUser.password),
        }
      : null,
  };
}

function parse(text: string): URL {
  const url = URL.parse(text.includes('://') ? text : `nats://${text}`);
  if (url && ['nats:', 'tls:'].includes(url.protocol) && url.hostname !== '') return url;
  throw new GridError('bad_usage', `'${withoutUser(text)}' is not the address of a NATS server`, {
    hint: 'Write it as nats://HOST:PORT.',
  });
}

/** The URL, or what should be one, as it may be shown. */
export function withoutUser(url: string): string {
  return url.replace(/^(?<scheme>[^:/@]*:\/\/)?.*@/u, '$<scheme>…@');
}
