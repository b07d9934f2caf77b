/** Spans as Jaeger's `/api/v3` answers them: OTLP as JSON, read as far as tests look at it. */

import type { Attributes, AttributeValue, Span } from '@cleangrid/core/trace/span.ts';
import { spanKinds, statusCodes } from '@cleangrid/core/trace/span.ts';

export interface OtlpJson {
  resourceSpans: { resource: JsonAttributes; scopeSpans: { scope: { name: string }; spans: JsonSpan[] }[] }[];
}

interface JsonSpan extends JsonAttributes {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  /** Nanoseconds. */
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  links?: { traceId: string; spanId: string }[];
  status?: { code?: number; message?: string };
}

interface JsonAttributes {
  attributes?: { key: string; value: JsonValue }[];
}

interface JsonValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string;
  doubleValue?: number;
  arrayValue?: { values: JsonValue[] };
}

export function readOtlpJson({ resourceSpans }: OtlpJson): Span[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) =>
      spans.map((span) => ({ ...spanOf(span), resource: attributesOf(resource), scope: scope.name })),
    ),
  );
}

function spanOf(span: JsonSpan): Omit<Span, 'resource' | 'scope'> {
  const { traceId, spanId, parentSpanId, name, links = [], status } = span;
  return {
    traceId,
    spanId,
    parentSpanId: parentSpanId || null,
    name,
    kind: spanKinds[span.kind - 1] ?? 'internal',
    startUs: microseconds(span.startTimeUnixNano),
    endUs: microseconds(span.endTimeUnixNano),
    attributes: attributesOf(span),
    events: [],
    links: links.map((link) => ({ ...link, attributes: {} })),
    status: { code: statusCodes[status?.code ?? 0] ?? 'unset', message: status?.message ?? '' },
  };
}

function microseconds(nanoseconds: string): number {
  return Number(BigInt(nanoseconds) / 1000n);
}

function attributesOf({ attributes = [] }: JsonAttributes): Attributes {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)]));
}

function valueOf({ arrayValue, intValue, stringValue, boolValue, doubleValue }: JsonValue): AttributeValue {
  if (arrayValue) return arrayValue.values.map((value) => valueOf(value) as string);
  return intValue === undefined ? (stringValue ?? boolValue ?? doubleValue ?? '') : Number(intValue);
}
