/** Where a test sends spans and reads them back: a real Jaeger, or, where none can be built, the receiver that stands in for one. */

import type { Span } from '@cleangrid/core/trace/span.ts';
import { jaegerProgram } from './jaeger-program.ts';
import { startJaeger } from './jaeger.ts';
import { startOtlpReceiver } from './otlp-receiver.ts';
import { type OtlpJson, readOtlpJson } from './read-otlp-json.ts';

export interface TraceBackEnd {
  /** What it really is, for the title of the test. */
  name: string;
  open(): Promise<OpenBackEnd>;
}

export interface OpenBackEnd {
  /** OTLP over HTTP. */
  endpoint: string;
  /** Of every trace that a coordinator had a part in. */
  spans(): Promise<readonly Span[]>;
  close(): Promise<void>;
}

export async function findTraceBackEnd(): Promise<TraceBackEnd> {
  const program = await jaegerProgram();
  return program === null
    ? { name: 'the OTLP receiver of the tests, as Jaeger cannot be built without Go', open: openReceiver }
    : { name: 'a real Jaeger', open: () => openJaeger(program) };
}

async function openReceiver(): Promise<OpenBackEnd> {
  const receiver = await startOtlpReceiver();
  return { endpoint: receiver.http, spans: async () => receiver.spans, close: () => receiver.goAway() };
}

async function openJaeger(program: string): Promise<OpenBackEnd> {
  const jaeger = await startJaeger(program);
  const dayMs = 86_400_000;
  return {
    endpoint: jaeger.otlpHttp,
    async spans() {
      const url = new URL('/api/v3/traces', jaeger.page);
      url.search = String(
        new URLSearchParams({
          'query.service_name': 'cleangrid-coordinator',
          'query.start_time_min': new Date(Date.now() - dayMs).toISOString(),
          'query.start_time_max': new Date(Date.now() + dayMs).toISOString(),
          'query.num_traces': '1000',
        }),
      );
      const { result } = (await (await fetch(url)).json()) as { result: OtlpJson };
      return readOtlpJson(result);
    },
    close: () => jaeger.close(),
  };
}
