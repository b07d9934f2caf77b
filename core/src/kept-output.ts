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
  const startBytesMax = evaluate ? outputEvaluatedBytesMax : edgeBytes;
  const start: Uint8Array[] = [];
  let startBytes = 0;
  let totalBytes = 0;
  let tail: Uint8Array = new Uint8Array(0);

  return {
    add(chunk) {
      totalBytes += chunk.length;
      const taken = chunk.subarray(0, startBytesMax - startBytes);
      if (taken.length > 0) {
        start.push(taken.slice());
        startBytes += taken.length;
      }
      if (taken.length < chunk.length) tail = lastBytes(tail, chunk.subarray(taken.length));
    },
    kept() {
      const beginning = concatenate(start);
      if (totalBytes <= outputKeptBytesMax) {
        return { head: decode(join(beginning, tail)), tail: '', totalBytes, cutBytes: 0 };
      }
      const head = wholeCharactersAtEnd(beginning.subarray(0, edgeBytes));
      const end = wholeCharactersAtStart(lastBytes(beginning.subarray(-edgeBytes), tail));
      return {
        head: decode(head),
        tail: decode(end),
        totalBytes,
        cutBytes: totalBytes - head.length - end.length,
      };
    },
    evaluated() {
      const complete = totalBytes <= startBytes + tail.length;
      return { text: decode(complete ? join(concatenate(start), tail) : concatenate(start)), complete };
    },
  };
}

/** The last `edgeBytes` of `previous` followed by `next`, as a copy. */
function lastBytes(previous: Uint8Array, next: Uint8Array): Uint8Array {
  if (next.length >= edgeBytes) return next.slice(-edgeBytes);
  return join(previous.subarray(Math.max(0, previous.length + next.length - edgeBytes)), next);
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  return concatenate([first, second]);
}

function concatenate(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
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
