/** OTLP's `TracesData` as spans: what `encode-spans.ts` writes, and what any other sender of OTLP does. */

import { BinaryReader } from '@bufbuild/protobuf/wire';
import {
  type AttributeValue,
  type Attributes,
  type Span,
  type SpanEvent,
  type SpanLink,
  spanKinds,
  statusCodes,
} from '@cleangrid/core/trace/span.ts';

/** Throws whatever the reader throws for bytes that are no protobuf. */
export function decodeSpans(otlp: Uint8Array): Span[] {
  const spans: Span[] = [];
  read(otlp, { 1: (reader) => spans.push(...resourceSpans(reader.bytes())) });
  return spans;
}

type Fields = Record<number, (reader: BinaryReader) => void>;

/** Fields that are not named are skipped. */
function read(bytes: Uint8Array, fields: Fields): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    const take = fields[field];
    if (take) take(reader);
    else reader.skip(wireType, field);
  }
}

function resourceSpans(bytes: Uint8Array): Span[] {
  const spans: Span[] = [];
  const resource: Record<string, AttributeValue> = {};
  read(bytes, {
    1: (reader) => read(reader.bytes(), { 1: (inner) => addAttribute(resource, inner.bytes()) }),
    2: (reader) => spans.push(...scopeSpans(reader.bytes())),
  });
  // The resource may stand behind its spans.
  return spans.map((span) => ({ ...span, resource }));
}

function scopeSpans(bytes: Uint8Array): Span[] {
  const spans: Span[] = [];
  let scope = '';
  const takeName = (reader: BinaryReader): void => {
    scope = reader.string();
  };
  read(bytes, {
    1: (reader) => read(reader.bytes(), { 1: takeName }),
    2: (reader) => spans.push(spanOf(reader.bytes())),
  });
  return spans.map((span) => ({ ...span, scope }));
}

function spanOf(bytes: Uint8Array): Span {
  const attributes: Record<string, AttributeValue> = {};
  const span: Span = {
    traceId: '',
    spanId: '',
    parentSpanId: null,
    name: '',
    kind: 'internal',
    startUs: 0,
    endUs: 0,
    attributes,
    events: [],
    links: [],
    status: { code: 'unset', message: '' },
    resource: {},
    scope: '',
  };
  read(bytes, {
    1: (reader) => void (span.traceId = hex(reader)),
    2: (reader) => void (span.spanId = hex(reader)),
    4: (reader) => void (span.parentSpanId = hex(reader) || null),
    5: (reader) => void (span.name = reader.string()),
    6: (reader) => void (span.kind = spanKinds[reader.uint32() - 1] ?? 'internal'),
    7: (reader) => void (span.startUs = time(reader)),
    8: (reader) => void (span.endUs = time(reader)),
    9: (reader) => addAttribute(attributes, reader.bytes()),
    11: (reader) => void span.events.push(eventOf(reader.bytes())),
    13: (reader) => void span.links.push(linkOf(reader.bytes())),
    15: (reader) =>
      read(reader.bytes(), {
        2: (inner) => void (span.status.message = inner.string()),
        3: (inner) => void (span.status.code = statusCodes[inner.uint32()] ?? 'unset'),
      }),
  });
  return span;
}

function eventOf(bytes: Uint8Array): SpanEvent {
  const attributes: Record<string, AttributeValue> = {};
  const event: SpanEvent = { name: '', atUs: 0, attributes };
  read(bytes, {
    1: (reader) => void (event.atUs = time(reader)),
    2: (reader) => void (event.name = reader.string()),
    3: (reader) => addAttribute(attributes, reader.bytes()),
  });
  return event;
}

function linkOf(bytes: Uint8Array): SpanLink {
  const attributes: Record<string, AttributeValue> = {};
  const link: SpanLink = { traceId: '', spanId: '', attributes };
  read(bytes, {
    1: (reader) => void (link.traceId = hex(reader)),
    2: (reader) => void (link.spanId = hex(reader)),
    4: (reader) => addAttribute(attributes, reader.bytes()),
  });
  return link;
}

function addAttribute(attributes: Record<string, Attributes[string]>, bytes: Uint8Array): void {
  let key = '';
  let value: AttributeValue | null = null;
  read(bytes, {
    1: (reader) => void (key = reader.string()),
    2: (reader) => void (value = valueOf(reader.bytes())),
  });
  if (value !== null) attributes[key] = value;
}

/** Maps and bytes within a value are left out: no attribute of the plain kinds holds one. */
function valueOf(bytes: Uint8Array): AttributeValue | null {
  let value: AttributeValue | null = null;
  read(bytes, {
    1: (reader) => void (value = reader.string()),
    2: (reader) => void (value = reader.bool()),
    3: (reader) => void (value = Number(reader.int64())),
    4: (reader) => void (value = reader.double()),
    5: (reader) => void (value = arrayOf(reader.bytes())),
  });
  return value;
}

function arrayOf(bytes: Uint8Array): (string | number | boolean)[] {
  const values: (string | number | boolean)[] = [];
  read(bytes, {
    1: (reader) => {
      const value = valueOf(reader.bytes());
      if (value !== null && typeof value !== 'object') values.push(value);
    },
  });
  return values;
}

function hex(reader: BinaryReader): string {
  return Buffer.from(reader.bytes()).toString('hex');
}

/** Whole microseconds, of nanoseconds on the wire. */
function time(reader: BinaryReader): number {
  return Number(BigInt(reader.fixed64()) / 1000n);
}
