/** A `TracesData` of OTLP, opened as far as each span: the bytes stay as they came, so that what this version does not know travels on. */

import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { otlpEntriesMax } from '@cleangrid/core/limits.ts';

export interface ReceivedSpan {
  /** Hexadecimal, as in `Span`; of any length, the sender's word. */
  traceId: string;
  spanId: string;
  /** Empty: none. */
  parentSpanId: string;
  /** Microseconds since the epoch. */
  endUs: number;
  /** Attributes, events and links. */
  fieldCount: number;
  /** A `Span` message. */
  bytes: Uint8Array;
  scope: ReceivedScope;
}

export interface ReceivedScope {
  name: string;
  /** The fields of `ScopeSpans` but its spans. */
  fields: Uint8Array[];
  resource: ReceivedResource;
}

export interface ReceivedResource {
  keys: Set<string>;
  /** What the `Resource` message holds; several of them are one. */
  content: Uint8Array[];
  /** The other fields of `ResourceSpans` but its scopes. */
  fields: Uint8Array[];
}

/** Of bytes that `checkTraces` has passed. Throws a `RangeError` where there are too many of anything. */
export function readTraces(otlp: Uint8Array): ReceivedSpan[] {
  const spans: ReceivedSpan[] = [];
  let entryCount = 0;
  const entry = (): void => {
    entryCount += 1;
    if (entryCount > otlpEntriesMax)
      throw new RangeError(`more than ${otlpEntriesMax} resources, scopes and spans in one post`);
  };
  for (const group of fieldsOf(otlp)) {
    if (group.field !== 1) continue;
    entry();
    const parts = fieldsOf(group.value);
    const resource = resourceOf(parts);
    for (const part of parts) {
      if (part.field !== 2) continue;
      entry();
      const members = fieldsOf(part.value);
      const scope = scopeOf(members, resource);
      for (const member of members) {
        if (member.field !== 2) continue;
        entry();
        spans.push(spanOf(member.value, scope));
      }
    }
  }
  return spans;
}

interface Field {
  field: number;
  /** With its tag. */
  raw: Uint8Array;
  /** Without it, and without its length. */
  value: Uint8Array;
}

function fieldsOf(bytes: Uint8Array): Field[] {
  const reader = new BinaryReader(bytes);
  const fields: Field[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [field, wireType] = reader.tag();
    const value = wireType === WireType.LengthDelimited ? reader.bytes() : reader.skip(wireType, field);
    fields.push({ field, raw: bytes.subarray(start, reader.pos), value });
    if (fields.length > otlpEntriesMax)
      throw new RangeError(`more than ${otlpEntriesMax} fields in one message`);
  }
  return fields;
}

function resourceOf(parts: readonly Field[]): ReceivedResource {
  const content = parts.filter(({ field }) => field === 1).map(({ value }) => value);
  const attributes = content.flatMap(fieldsOf).filter(({ field }) => field === 1);
  return {
    content,
    keys: new Set(attributes.map((attribute) => textOf(fieldsOf(attribute.value), 1))),
    fields: parts.filter(({ field }) => field !== 1 && field !== 2).map(({ raw }) => raw),
  };
}

function scopeOf(members: readonly Field[], resource: ReceivedResource): ReceivedScope {
  const content = members.filter(({ field }) => field === 1).flatMap((scope) => fieldsOf(scope.value));
  return {
    name: textOf(content, 1),
    resource,
    fields: members.filter(({ field }) => field !== 2).map(({ raw }) => raw),
  };
}

const listed = new Set([9, 11, 13]);

function spanOf(bytes: Uint8Array, scope: ReceivedScope): ReceivedSpan {
  const fields = fieldsOf(bytes);
  const hex = (number: number): string => {
    const found = fields.findLast(({ field }) => field === number);
    return found ? Buffer.from(found.value).toString('hex') : '';
  };
  const end = fields.findLast(({ field }) => field === 8);
  return {
    traceId: hex(1),
    spanId: hex(2),
    parentSpanId: hex(4),
    endUs: end ? Number(new BinaryReader(end.value).fixed64()) / 1000 : 0,
    fieldCount: fields.filter(({ field }) => listed.has(field)).length,
    bytes,
    scope,
  };
}

function textOf(fields: readonly Field[], number: number): string {
  const found = fields.findLast(({ field }) => field === number);
  return found ? Buffer.from(found.value).toString() : '';
}
