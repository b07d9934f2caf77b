/** Received spans as a `TracesData` of OTLP again, with what only the agent knows of where they come from. */

import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { ReceivedSpan } from './read-traces.ts';

/** `attributes`: of the resource, unless the program says them itself. */
export function joinSpans(
  spans: readonly ReceivedSpan[],
  attributes: Readonly<Record<string, string>>,
): Uint8Array {
  const writer = new BinaryWriter();
  for (const [resource, ofResource] of Map.groupBy(spans, ({ scope }) => scope.resource)) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).fork();
    for (const content of resource.content) writer.raw(content);
    for (const [key, value] of Object.entries(attributes))
      if (!resource.keys.has(key)) writeAttribute(writer, key, value);
    writer.join();
    for (const field of resource.fields) writer.raw(field);
    for (const [scope, ofScope] of Map.groupBy(ofResource, (span) => span.scope)) {
      writer.tag(2, WireType.LengthDelimited).fork();
      for (const field of scope.fields) writer.raw(field);
      for (const { bytes } of ofScope) writer.tag(2, WireType.LengthDelimited).bytes(bytes);
      writer.join();
    }
    writer.join();
  }
  return writer.finish();
}

function writeAttribute(writer: BinaryWriter, key: string, value: string): void {
  writer.tag(1, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).string(key);
  writer.tag(2, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).string(value);
  writer.join().join();
}
