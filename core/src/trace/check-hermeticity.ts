/** `expect.hermeticity`: what spans say of where they come from and whom they called. */

import { describeAttribute } from './describe-span-expectation.ts';
import { type Missed, noSpanArrived, offenders } from './missed.ts';
import { sameAttribute } from './same-attribute.ts';
import type { Attributes, Span } from './span.ts';
import type { SpanGraph } from './span-graph.ts';

export function checkResource(attributes: Attributes, graph: SpanGraph): Missed {
  const wrong = ({ resource }: Span): string[] =>
    Object.keys(attributes).filter((key) => !sameAttribute(valueOf(resource, key), attributes[key]));
  return checkEach(graph, (span) => {
    const keys = wrong(span);
    if (keys.length === 0) return null;
    const found = keys.map((key) => describeAttribute(key, valueOf(span.resource, key)));
    return `comes from a resource with ${found.join(', ')}`;
  });
}

export function checkForbidden(key: string, graph: SpanGraph): Missed {
  return checkEach(graph, ({ attributes }) =>
    Object.hasOwn(attributes, key) ? `has ${describeAttribute(key, attributes[key])}` : null,
  );
}

/** Where OpenTelemetry's conventions, the present and the former ones, put the host that a client calls. */
const hostAttributes = ['server.address', 'net.peer.name'] as const;

/** A server's own span has its own address there. */
export function checkExternal(services: readonly string[], graph: SpanGraph): Missed {
  return checkEach(graph, ({ kind, attributes }) => {
    if (kind === 'server') return null;
    const key = hostAttributes.find((name) => {
      const host = valueOf(attributes, name);
      return host !== undefined && !services.includes(String(host)) && !isLocal(String(host));
    });
    return key === undefined ? null : `called ${describeAttribute(key, attributes[key])}`;
  });
}

/** The loopback, or the path of a Unix socket. */
function isLocal(host: string): boolean {
  return /^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[?::1\]?|\/.*)$/u.test(host);
}

function checkEach(graph: SpanGraph, complain: (span: Span) => string | null): Missed {
  if (graph.foreign.length === 0) return { actual: noSpanArrived };
  const missed = graph.foreign.filter((span) => complain(span) !== null);
  return missed.length === 0 ? null : { actual: offenders(missed, (span) => complain(span) ?? '') };
}

function valueOf(attributes: Attributes, key: string): Attributes[string] | undefined {
  return Object.hasOwn(attributes, key) ? attributes[key] : undefined;
}
