/** Takes Docker's stream format apart: frames of an 8-byte header (stream, length) and their payload, cut anywhere by the socket. */

import { GridError } from '@cleangrid/core/errors.ts';

export interface FramePart {
  stream: 'stdout' | 'stderr';
  /** A view of the given chunk. */
  bytes: Uint8Array;
  /** Whether its frame is complete with it, rather than going on in the next chunk. */
  endsFrame: boolean;
}

const headerBytes = 8;

/** Holds at most one header: payloads pass through as they come, so that back-pressure is the caller's pace. */
export class Demultiplexer {
  readonly #header = new Uint8Array(headerBytes);
  #headerFilled = 0;
  #stream: FramePart['stream'] = 'stdout';
  #left = 0;

  /** Whether the stream may end here. False: it was cut. */
  get isBetweenFrames(): boolean {
    return this.#left === 0 && this.#headerFilled === 0;
  }

  *take(chunk: Uint8Array): Generator<FramePart> {
    let at = 0;
    while (at < chunk.length) {
      if (this.#left === 0) {
        at += this.#takeHeader(chunk.subarray(at));
        continue;
      }
      const bytes = chunk.subarray(at, at + this.#left);
      at += bytes.length;
      this.#left -= bytes.length;
      yield { stream: this.#stream, bytes, endsFrame: this.#left === 0 };
    }
  }

  #takeHeader(chunk: Uint8Array): number {
    const part = chunk.subarray(0, headerBytes - this.#headerFilled);
    this.#header.set(part, this.#headerFilled);
    this.#headerFilled += part.length;
    if (this.#headerFilled === headerBytes) {
      this.#headerFilled = 0;
      this.#stream = streamOf(this.#header[0]);
      this.#left = new DataView(this.#header.buffer).getUint32(4);
    }
    return part.length;
  }
}

function streamOf(marker: number | undefined): FramePart['stream'] {
  if (marker === 1) return 'stdout';
  if (marker === 2) return 'stderr';
  throw new GridError('runtime_error', `Docker sent a frame of an unknown stream (${marker})`);
}
