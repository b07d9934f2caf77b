/** What a receiver of OTLP answers to spans that it took, over HTTP and gRPC. */

import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** An `ExportTraceServiceResponse`. */
export function exportAnswer(rejected: number, message: string): Uint8Array {
  if (rejected === 0) return new Uint8Array();
  const writer = new BinaryWriter();
  writer.tag(1, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.Varint).int64(rejected);
  writer.tag(2, WireType.LengthDelimited).string(message);
  return writer.join().finish();
}
