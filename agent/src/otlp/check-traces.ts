/** Whether bytes are the traces they claim to be, to their last attribute: a back end refuses a whole post for one field that is none, with the spans of others in it. */

import { BinaryReader } from '@bufbuild/protobuf/wire';
import { jsonDepthMax } from '@cleangrid/core/limits.ts';
import { type OtlpMessage, tracesData, wireTypeOf } from './otlp-schema.ts';

/** Throws what says why they are not. Makes no object for what it reads. */
export function checkTraces(otlp: Uint8Array): void {
  checkMessage(otlp, tracesData, 0);
}

const strictText = new TextDecoder('utf-8', { fatal: true });

function checkMessage(bytes: Uint8Array, { byNumber }: OtlpMessage, depth: number): void {
  if (depth > jsonDepthMax) throw new RangeError(`values are more than ${jsonDepthMax} deep`);
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const field = byNumber.get(number);
    if (!field) {
      reader.skip(wireType, number);
      continue;
    }
    if (wireType !== wireTypeOf(field.type))
      throw new RangeError(`field ${number} has the wire type ${wireType}`);
    if (typeof field.type === 'function') checkMessage(reader.bytes(), field.type(), depth + 1);
    else if (field.type === 'string') strictText.decode(reader.bytes());
    else reader.skip(wireType, number);
  }
}
