/**
 * Spans as OTLP: the bytes of a `TracesData`, which are also those of an `ExportTraceServiceRequest`. Two of them, one after the other, are
 * one again. Written by hand because it is done for every step: generated code makes an object per attribute.
 */

import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { spanTextMax } from '@cleangrid/core/limits.ts';
import {
  type Attributes,
  type AttributeValue,
  type Span,
  type SpanEvent,
  type SpanLink,
  spanKinds,
  statusCodes,
} from '@cleangrid/core/trace/span.ts';

/** Spans of one resource object share it on the wire. */
export function encodeSpans(spans: readonly Span[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const [resource, own] of Map.groupBy(spans, (span) => span.resource)) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).fork();
    writeAttributes(writer, 1, resource);
    writer.join();
    for (const [scope, spansOfScope] of Map.groupBy(own, (span) => span.scope)) {
      writer.tag(2, WireType.LengthDelimited).fork();
      writer.tag(1, WireType.LengthDelimited).fork();
      writer.tag(1, WireType.LengthDelimited).string(scope).join();
      for (const span of spansOfScope) writeSpan(writer, span);
      writer.join();
    }
    writer.join();
  }
  return writer.finish();
}

function writeSpan(writer: BinaryWriter, span: Span): void {
  writer.tag(2, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).bytes(Buffer.from(span.traceId, 'hex'));
  writer.tag(2, WireType.LengthDelimited).bytes(Buffer.from(span.spanId, 'hex'));
  if (span.parentSpanId !== null)
    writer.tag(4, WireType.LengthDelimited).bytes(Buffer.from(span.parentSpanId, 'hex'));
  writer.tag(5, WireType.LengthDelimited).string(cut(span.name));
  // OTLP counts from 1: 0 is an unspecified kind.
  writer.tag(6, WireType.Varint).uint32(spanKinds.indexOf(span.kind) + 1);
  writeTime(writer, 7, span.startUs);
  writeTime(writer, 8, span.endUs);
  writeAttributes(writer, 9, span.attributes);
  for (const event of span.events) writeEvent(writer, event);
  for (const link of span.links) writeLink(writer, link);
  if (span.status.code !== 'unset') {
    writer.tag(15, WireType.LengthDelimited).fork();
    writer.tag(2, WireType.LengthDelimited).string(cut(span.status.message));
    writer.tag(3, WireType.Varint).uint32(statusCodes.indexOf(span.status.code)).join();
  }
  writer.join();
}

function writeEvent(writer: BinaryWriter, { name, atUs, attributes }: SpanEvent): void {
  writer.tag(11, WireType.LengthDelimited).fork();
  writeTime(writer, 1, atUs);
  writer.tag(2, WireType.LengthDelimited).string(cut(name));
  writeAttributes(writer, 3, attributes);
  writer.join();
}

function writeLink(writer: BinaryWriter, { traceId, spanId, attributes }: SpanLink): void {
  writer.tag(13, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).bytes(Buffer.from(traceId, 'hex'));
  writer.tag(2, WireType.LengthDelimited).bytes(Buffer.from(spanId, 'hex'));
  writeAttributes(writer, 4, attributes);
  writer.join();
}

/** Nanoseconds on the wire. */
function writeTime(writer: BinaryWriter, field: number, us: number): void {
  writer.tag(field, WireType.Bit64).fixed64(BigInt(us) * 1000n);
}

function writeAttributes(writer: BinaryWriter, field: number, attributes: Attributes): void {
  for (const [key, value] of Object.entries(attributes)) {
    writer.tag(field, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(key);
    writer.tag(2, WireType.LengthDelimited).fork();
    writeValue(writer, value);
    writer.join().join();
  }
}

function writeValue(writer: BinaryWriter, value: AttributeValue): void {
  if (typeof value === 'string') writer.tag(1, WireType.LengthDelimited).string(cut(value));
  else if (typeof value === 'boolean') writer.tag(2, WireType.Varint).bool(value);
  else if (typeof value !== 'number') writeValues(writer, value);
  else if (Number.isSafeInteger(value)) writer.tag(3, WireType.Varint).int64(value);
  else writer.tag(4, WireType.Bit64).double(value);
}

function writeValues(writer: BinaryWriter, values: readonly (string | number | boolean)[]): void {
  writer.tag(5, WireType.LengthDelimited).fork();
  for (const value of values) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writeValue(writer, value);
    writer.join();
  }
  writer.join();
}

function cut(text: string): string {
  return text.length <= spanTextMax ? text : `${text.slice(0, spanTextMax)}…`.toWellFormed();
}
