/**
 * Spans as OTLP: the bytes of a `TracesData`, which are also those of an `ExportTraceServiceRequest`. Two of them, one after the other, are
 * one again. Written by hand because it is done for every step: generated code makes an object per attribute.
 */

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
import { MessageWriter } from './message-writer.ts';

/** Spans of one resource object share it on the wire. */
export function encodeSpans(spans: readonly Span[]): Uint8Array {
  const writer = new MessageWriter();
  for (const [resource, own] of Map.groupBy(spans, (span) => span.resource))
    writer.message(1, () => {
      writer.message(1, () => writeAttributes(writer, 1, resource));
      for (const [scope, spansOfScope] of Map.groupBy(own, (span) => span.scope))
        writer.message(2, () => {
          writer.message(1, () => writer.string(1, scope));
          for (const span of spansOfScope) writer.message(2, () => writeSpan(writer, span));
        });
    });
  return writer.finish();
}

function writeSpan(writer: MessageWriter, span: Span): void {
  writer.hex(1, span.traceId);
  writer.hex(2, span.spanId);
  if (span.parentSpanId !== null) writer.hex(4, span.parentSpanId);
  writer.string(5, cut(span.name));
  // OTLP counts from 1: 0 is an unspecified kind.
  writer.integer(6, spanKinds.indexOf(span.kind) + 1);
  writer.fixedThousands(7, span.startUs);
  writer.fixedThousands(8, span.endUs);
  writeAttributes(writer, 9, span.attributes);
  for (const event of span.events) writer.message(11, () => writeEvent(writer, event));
  for (const link of span.links) writer.message(13, () => writeLink(writer, link));
  const { code, message } = span.status;
  if (code === 'unset') return;
  writer.message(15, () => {
    writer.string(2, cut(message));
    writer.integer(3, statusCodes.indexOf(code));
  });
}

function writeEvent(writer: MessageWriter, { name, atUs, attributes }: SpanEvent): void {
  writer.fixedThousands(1, atUs);
  writer.string(2, cut(name));
  writeAttributes(writer, 3, attributes);
}

function writeLink(writer: MessageWriter, { traceId, spanId, attributes }: SpanLink): void {
  writer.hex(1, traceId);
  writer.hex(2, spanId);
  writeAttributes(writer, 4, attributes);
}

function writeAttributes(writer: MessageWriter, field: number, attributes: Attributes): void {
  for (const [key, value] of Object.entries(attributes))
    writer.message(field, () => {
      writer.string(1, key);
      writer.message(2, () => writeValue(writer, value));
    });
}

function writeValue(writer: MessageWriter, value: AttributeValue): void {
  if (typeof value === 'string') writer.string(1, cut(value));
  else if (typeof value === 'boolean') writer.boolean(2, value);
  else if (typeof value !== 'number') writer.message(5, () => writeValues(writer, value));
  else if (Number.isSafeInteger(value)) writer.integer(3, value);
  else writer.double(4, value);
}

function writeValues(writer: MessageWriter, values: readonly (string | number | boolean)[]): void {
  for (const value of values) writer.message(1, () => writeValue(writer, value));
}

function cut(text: string): string {
  return text.length <= spanTextMax ? text : `${text.slice(0, spanTextMax)}…`.toWellFormed();
}
