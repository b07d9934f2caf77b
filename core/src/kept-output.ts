/**
 * Keeps what matters of one output stream while it flows: its first and last bytes for people, and, where expectations or captures
 * need it, its beginning up to the evaluation limit. Work per chunk, never per byte; memory bounded by two named limits.
 */

import { outputEvaluatedBytesMax, outputKeptBytesMax } from './limits.ts';
import type { KeptOutput } from './result.ts';

const edgeBytes = outputKeptBytesMax / 2;

export interface OutputKeeper {
  /** Copies what it keeps; the chunk may be reused afterwards. */
  add(chunk: Uint8Array): void;
  kept(): KeptOutput;
  /** The stream's text for evaluation; `complete` is false when the limit cut it. */
  evaluated(): EvaluatedOutput;
}

export interface EvaluatedOutput {
  text: string;
  complete: boolean;
}

/** `evaluate`: whether `evaluated` will be asked for more than the kept edges. */
export function keepOutput(evaluate: boolean): OutputKeeper {
  const start = keepFirst(evaluate ? outputEvaluatedBytesMax : edgeBytes);
  const rest = keepLast(edgeBytes);
  let totalBytes = 0;

  return {
    add(chunk) {
      totalBytes += chunk.length;
      const takenBytes = start.add(chunk);
      if (takenBytes < chunk.length) rest.add(chunk.subarray(takenBytes));
    },
    kept() {
      const both = join(start.bytes(), rest.bytes());
      if (totalBytes <= outputKeptBytesMax) return { head: decode(both), tail: '', totalBytes, cutBytes: 0 };
      const head = wholeCharactersAtEnd(both.subarray(0, edgeBytes));
      const tail = wholeCharactersAtStart(both.subarray(-edgeBytes));
      const cutBytes = totalBytes - head.length - tail.length;
      return { head: decode(head), tail: decode(tail), totalBytes, cutBytes };
    },
    evaluated() {
      const complete = totalBytes <= start.bytes().length + rest.bytes().length;
      return { text: decode(complete ? join(start.bytes(), rest.bytes()) : start.bytes()), complete };
    },
  };
}

/** The first `bytesMax` bytes of a stream; `add` says how many of a chunk it took. */
function keepFirst(bytesMax: number): { add(chunk: Uint8Array): number; bytes(): Uint8Array } {
  let buffer = new Uint8Array(0);
  let used = 0;
  return {
    add(chunk) {
      const taken = chunk.subarray(0, bytesMax - used);
      if (used + taken.length > buffer.length) {
        const larger = new Uint8Array(Math.min(bytesMax, 2 * (used + taken.length)));
        larger.set(buffer.subarray(0, used));
        buffer = larger;
      }
      buffer.set(taken, used);
      used += taken.length;
      return taken.length;
    },
    bytes: () => buffer.subarray(0, used),
  };
}

/** The last `bytesMax` bytes of a stream, moved only when twice as many have come. */
function keepLast(bytesMax: number): { add(chunk: Uint8Array): void; bytes(): Uint8Array } {
  let buffer: Uint8Array | null = null;
  let used = 0;
  return {
    add(chunk) {
      buffer ??= new Uint8Array(2 * bytesMax);
      const last = chunk.subarray(-bytesMax);
      if (used + last.length > buffer.length) {
        buffer.copyWithin(0, used - bytesMax, used);
        used = bytesMax;
      }
      buffer.set(last, used);
      used += last.length;
    },
    bytes: () => (buffer ?? new Uint8Array(0)).subarray(Math.max(0, used - bytesMax), used),
  };
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

/** Without a character of which the end is missing. */
function wholeCharactersAtEnd(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (isContinuation(byte)) continue;
    return byte >= 0xc0 && characterLength(byte) > back ? bytes.subarray(0, -back) : bytes;
  }
  return bytes;
}

/** Without a character of which the start is missing. */
function wholeCharactersAtStart(bytes: Uint8Array): Uint8Array {
  let first = 0;
  while (first < 3 && isContinuation(bytes[first] ?? 0)) first += 1;
  return bytes.subarray(first);
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

function characterLength(leadByte: number): number {
  if (leadByte >= 0xf0) return 4;
  return leadByte >= 0xe0 ? 3 : 2;
}
