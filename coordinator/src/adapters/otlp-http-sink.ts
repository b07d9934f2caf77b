/** Spans or metrics over OTLP/HTTP, as protobuf. */

import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { GridError } from '@cleangrid/core/errors.ts';
import { spanPostMsMax } from '@cleangrid/core/limits.ts';
import type { OtlpSignal, OtlpSink, OtlpTarget, SinkAnswer } from '../trace/otlp-sink.ts';
import { readAnswer } from './otlp-answer.ts';

/** The statuses that the specification wants to be tried again. */
const passing = new Set([408, 429, 502, 503, 504]);

export function otlpHttpSink({ url, headers, ca }: OtlpTarget, signal: OtlpSignal): OtlpSink {
  const target = new URL(`${url.pathname.replace(/\/$/u, '')}/v1/${signal}`, url);
  const isSecure = target.protocol === 'https:';
  const agent = isSecure
    ? new HttpsAgent({ keepAlive: true, ...(ca && { ca }) })
    : new HttpAgent({ keepAlive: true });
  return {
    post: async (otlp) => {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        const sent = (isSecure ? httpsRequest : httpRequest)(target, {
          method: 'POST',
          agent,
          headers: {
            ...headers,
            'content-type': 'application/x-protobuf',
            'content-length': otlp.reduce((sum, { length }) => sum + length, 0),
          },
          signal: AbortSignal.timeout(spanPostMsMax),
        });
        sent.on('response', resolve).on('error', reject);
        // Copied into one they would be twice in memory.
        sent.cork();
        for (const piece of otlp) sent.write(piece);
        sent.end();
      });
      return answerOf(response.statusCode ?? 0, await buffer(response));
    },
    close: () => agent.destroy(),
  };
}

function answerOf(status: number, body: Buffer): SinkAnswer {
  if (status >= 200 && status < 300) return readAnswer(body);
  const reason = `HTTP status ${status}`;
  if (passing.has(status)) throw new GridError('unavailable', reason);
  return { rejected: 'all', reason };
}
