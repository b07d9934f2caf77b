/** Where spans go: from the flags, from OpenTelemetry's own variables, or from the configuration file. */

import { readFile } from 'node:fs/promises';
import type { OtlpTarget } from '@cleangrid/coordinator/trace/otlp-sink.ts';
import { GridError, messageOf } from '@cleangrid/core/errors.ts';
import type { OtlpName } from './grid-settings.ts';
import type { Settings } from './settings.ts';

export interface OtlpOptions extends OtlpTarget {
  protocol: OtlpProtocol;
}

const protocols = ['http/protobuf', 'grpc'] as const;
type OtlpProtocol = (typeof protocols)[number];

/** Null: nowhere. Throws `bad_usage`. */
export async function readOtlp(settings: Pick<Settings<OtlpName>, 'text'>): Promise<OtlpOptions | null> {
  const endpoint = settings.text('otlp-endpoint');
  if (endpoint === null) return null;
  const written = settings.text('otlp-protocol');
  const protocol = protocols.find((one) => one === written);
  if (!protocol)
    throw new GridError('bad_usage', `'${written}' is not a protocol of OTLP: ${protocols.join(', ')}`);
  const ca = settings.text('otlp-ca');
  return {
    protocol,
    url: urlOf(endpoint),
    headers: headersOf(settings.text('otlp-headers') ?? ''),
    ca: ca === null ? null : await read(ca),
  };
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new GridError('bad_usage', `'${text}' is not an endpoint of OTLP`, {
    hint: 'It is written as http://HOST:PORT or https://HOST:PORT.',
  });
}

/** `NAME=VALUE` separated by commas, values as in URLs. */
function headersOf(text: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const pair of text.split(',').filter((one) => one.trim() !== '')) {
    const [, name, value] = /^\s*([\w.-]+)\s*=(.*)$/u.exec(pair) ?? [];
    if (name === undefined || value === undefined)
      throw new GridError('bad_usage', 'headers of OTLP are written as NAME=VALUE, separated by commas');
    headers[name.toLowerCase()] = decodeURIComponent(value.trim());
  }
  return headers;
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new GridError('bad_usage', `cannot read the CA of the back end: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
