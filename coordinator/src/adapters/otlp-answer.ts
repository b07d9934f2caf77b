/** What a back end says about what it was sent: `ExportTraceServiceResponse`, and the like of metrics. */

import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { SinkAnswer } from '../trace/otlp-sink.ts';

/** Bytes that are no such answer count as a plain yes: some back ends send none. */
export function readAnswer(bytes: Uint8Array): SinkAnswer {
  const answer: { rejected: number; reason: string } = { rejected: 0, reason: '' };
  try {
    each(bytes, (field, reader) => {
      if (field !== 1) return false;
      each(reader.bytes(), (inner, part) => {
        if (inner === 1) answer.rejected = Number(part.int64());
        else if (inner === 2) answer.reason = part.string();
        return inner <= 2;
      });
      return true;
    });
  } catch {
    return { rejected: 0, reason: '' };
  }
  return answer;
}

/** `take` returns false for a field that it leaves. */
function each(bytes: Uint8Array, take: (field: number, reader: BinaryReader) => boolean): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (!take(field, reader)) reader.skip(wireType, field);
  }
}
