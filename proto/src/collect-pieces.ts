/** Cuts bytes into pieces for the wire and joins them again, within a bound. */

import { GridError } from '@cleangrid/core/errors.ts';
import { wireJoinedBytesMax, wirePieceBytesMax } from '@cleangrid/core/limits.ts';

/** At least one piece, also of nothing. */
export function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  let from = 0;
  do {
    yield bytes.subarray(from, from + wirePieceBytesMax);
    from += wirePieceBytesMax;
  } while (from < bytes.length);
}

export class PieceCollector {
  #pieces: Uint8Array[] = [];
  #byteCount = 0;

  /** Throws `bad_usage` when they are too many. */
  add(piece: Uint8Array): void {
    this.#byteCount += piece.length;
    if (this.#byteCount > wireJoinedBytesMax) {
      throw new GridError('bad_usage', `more than ${wireJoinedBytesMax} bytes in one piece of data`, {
        hint: 'Split what is so large: a scenario, or a file of a workspace.',
      });
    }
    this.#pieces.push(piece);
  }

  /** Everything since the last time. */
  take(): Uint8Array {
    const [only] = this.#pieces;
    const joined = only && this.#pieces.length === 1 ? only : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#byteCount = 0;
    return joined;
  }
}
