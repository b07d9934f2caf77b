/** Whether bytes are the traces they claim to be, to their last attribute: a back end refuses a whole post for one field that is none, with the spans of others in it. */

import { isUtf8 } from 'node:buffer';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { jsonDepthMax } from '@cleangrid/core/limits.ts';
import { type OtlpMessage, tracesData, wireTypeOf } from './otlp-schema.ts';

/** Throws what says why they are not. Makes no object for what it reads. */
export function checkTraces(otlp: Uint8Array): void {
  const reader = new BinaryReader(otlp);
  checkMessage(reader, tracesData, { end: otlp.length, depth: 0 });
}

/** Reads to `end`, a place in the reader's bytes. */
function checkMessage(
  reader: BinaryReader,
  { byNumber }: OtlpMessage,
  { end, depth }: { end: number; depth: number },
): void {
  if (depth > jsonDepthMax) throw new RangeError(`values are more than ${jsonDepthMax} deep`);
  while (reader.pos < end) {
    const [number, wireType] = reader.tag();
    const field = byNumber.get(number);
    if (field && wireType !== wireTypeOf(field.type))
      throw new RangeError(`field ${number} has the wire type ${wireType}`);
    if (typeof field?.type === 'function') {
      const length = reader.uint32();
      checkMessage(reader, field.type(), { end: reader.pos + length, depth: depth + 1 });
    } else if (field?.type === 'string') {
      if (!isUtf8(reader.bytes())) throw new RangeError(`field ${number} is not UTF-8`);
    } else {
      reader.skip(wireType, number);
    }
  }
  if (reader.pos !== end) throw new RangeError('a field goes on beyond its message');
}
