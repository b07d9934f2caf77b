/** OTLP's messages of traces as a table: what JSON is turned into bytes by, and what received bytes are checked by before they are passed on. */

import { WireType } from '@bufbuild/protobuf/wire';

export type Scalar =
  | 'string'
  | 'bytes'
  /** Bytes that are hexadecimal in JSON. */
  | 'id'
  | 'bool'
  | 'uint32'
  | 'int64'
  | 'fixed32'
  | 'fixed64'
  | 'double';

export interface OtlpField {
  number: number;
  /** A message is named by a function: values hold values. */
  type: Scalar | (() => OtlpMessage);
  isRepeated: boolean;
}

export interface OtlpMessage {
  /** In JSON. */
  byName: ReadonlyMap<string, OtlpField>;
  byNumber: ReadonlyMap<number, OtlpField>;
}

type Row = readonly [name: string, number: number, type: OtlpField['type'], repeated?: 'repeated'];

function message(...rows: readonly Row[]): OtlpMessage {
  const fields = rows.map(([name, number, type, repeated]): [string, OtlpField] => [
    name,
    { number, type, isRepeated: repeated !== undefined },
  ]);
  return {
    byName: new Map(fields),
    byNumber: new Map(fields.map(([, field]) => [field.number, field])),
  };
}

const anyValue: OtlpMessage = message(
  ['stringValue', 1, 'string'],
  ['boolValue', 2, 'bool'],
  ['intValue', 3, 'int64'],
  ['doubleValue', 4, 'double'],
  ['arrayValue', 5, () => arrayValue],
  ['kvlistValue', 6, () => keyValues],
  ['bytesValue', 7, 'bytes'],
);
const arrayValue: OtlpMessage = message(['values', 1, () => anyValue, 'repeated']);
const keyValues: OtlpMessage = message(['values', 1, () => keyValue, 'repeated']);
const keyValue: OtlpMessage = message(['key', 1, 'string'], ['value', 2, () => anyValue]);
const entityRef: OtlpMessage = message(
  ['schemaUrl', 1, 'string'],
  ['type', 2, 'string'],
  ['idKeys', 3, 'string', 'repeated'],
  ['descriptionKeys', 4, 'string', 'repeated'],
);
const resource: OtlpMessage = message(
  ['attributes', 1, () => keyValue, 'repeated'],
  ['droppedAttributesCount', 2, 'uint32'],
  ['entityRefs', 3, () => entityRef, 'repeated'],
);
const scope: OtlpMessage = message(
  ['name', 1, 'string'],
  ['version', 2, 'string'],
  ['attributes', 3, () => keyValue, 'repeated'],
  ['droppedAttributesCount', 4, 'uint32'],
);
const event: OtlpMessage = message(
  ['timeUnixNano', 1, 'fixed64'],
  ['name', 2, 'string'],
  ['attributes', 3, () => keyValue, 'repeated'],
  ['droppedAttributesCount', 4, 'uint32'],
);
const link: OtlpMessage = message(
  ['traceId', 1, 'id'],
  ['spanId', 2, 'id'],
  ['traceState', 3, 'string'],
  ['attributes', 4, () => keyValue, 'repeated'],
  ['droppedAttributesCount', 5, 'uint32'],
  ['flags', 6, 'fixed32'],
);
const status: OtlpMessage = message(['message', 2, 'string'], ['code', 3, 'uint32']);
const span: OtlpMessage = message(
  ['traceId', 1, 'id'],
  ['spanId', 2, 'id'],
  ['traceState', 3, 'string'],
  ['parentSpanId', 4, 'id'],
  ['flags', 16, 'fixed32'],
  ['name', 5, 'string'],
  ['kind', 6, 'uint32'],
  ['startTimeUnixNano', 7, 'fixed64'],
  ['endTimeUnixNano', 8, 'fixed64'],
  ['attributes', 9, () => keyValue, 'repeated'],
  ['droppedAttributesCount', 10, 'uint32'],
  ['events', 11, () => event, 'repeated'],
  ['droppedEventsCount', 12, 'uint32'],
  ['links', 13, () => link, 'repeated'],
  ['droppedLinksCount', 14, 'uint32'],
  ['status', 15, () => status],
);
const scopeSpans: OtlpMessage = message(
  ['scope', 1, () => scope],
  ['spans', 2, () => span, 'repeated'],
  ['schemaUrl', 3, 'string'],
);
const resourceSpans: OtlpMessage = message(
  ['resource', 1, () => resource],
  ['scopeSpans', 2, () => scopeSpans, 'repeated'],
  ['schemaUrl', 3, 'string'],
);

/** The same as an `ExportTraceServiceRequest`. */
export const tracesData: OtlpMessage = message(['resourceSpans', 1, () => resourceSpans, 'repeated']);

export function wireTypeOf(type: OtlpField['type']): WireType {
  switch (type) {
    case 'bool':
    case 'uint32':
    case 'int64':
      return WireType.Varint;
    case 'fixed32':
      return WireType.Bit32;
    case 'fixed64':
    case 'double':
      return WireType.Bit64;
    default:
      return WireType.LengthDelimited;
  }
}
