/** For tests: spans of one trace. */

import type { Span } from '../trace/span.ts';

const base: Span = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: '',
  parentSpanId: null,
  name: '',
  kind: 'internal',
  startUs: 1_000,
  endUs: 2_000,
  attributes: {},
  events: [],
  links: [],
  status: { code: 'unset', message: '' },
  resource: {},
  scope: '',
};

/** The id of the only span of that name. */
export function idOf(name: string): string {
  return Buffer.from(name).toString('hex').padStart(16, '0').slice(-16);
}

/** Its id comes from its name; `parent` is the name of its parent. From 1 ms to 2 ms, without a host. */
export function fakeSpan(name: string, change: Partial<Span> & { parent?: string } = {}): Span {
  const { parent, ...rest } = change;
  return {
    ...base,
    name,
    spanId: idOf(name),
    parentSpanId: parent === undefined ? null : idOf(parent),
    ...rest,
  };
}
