/** Puts log lines together: Docker sends a long line in pieces, each in a frame of its own that begins with a time. */

import { logLineBytesMax } from '@cleangrid/core/limits.ts';
import type { LogLine } from '../../container-runtime.ts';
import type { FramePart } from './demultiplex.ts';

interface UnfinishedLine {
  /** Of its first piece. */
  at: string;
  text: Buffer;
}

const newline = 0x0a;
const space = 0x20;

/** Holds one unfinished frame, and one unfinished line per stream, each cut at `logLineBytesMax`. */
export class LogLines {
  readonly #lines: Record<LogLine['stream'], UnfinishedLine | null> = { stdout: null, stderr: null };
  #frame: Buffer = Buffer.alloc(0);

  /** The line that this part completes, if it does. */
  take({ stream, bytes, endsFrame }: FramePart): LogLine | null {
    this.#frame = appendBounded(this.#frame, bytes);
    if (!endsFrame) return null;
    const line = extend(this.#lines[stream], this.#frame);
    this.#frame = Buffer.alloc(0);
    this.#lines[stream] = bytes.at(-1) === newline ? null : line;
    return bytes.at(-1) === newline ? finished(stream, line) : null;
  }

  /** What was written without a line end. */
  finish(): LogLine[] {
    return (['stdout', 'stderr'] as const).flatMap((stream) => {
      const line = this.#lines[stream];
      return line ? [finished(stream, line)] : [];
    });
  }
}

function extend(line: UnfinishedLine | null, frame: Buffer): UnfinishedLine {
  const timeEnd = frame.indexOf(space);
  const text = frame.subarray(timeEnd + 1);
  if (line) return { at: line.at, text: appendBounded(line.text, text) };
  return { at: frame.toString('latin1', 0, timeEnd), text };
}

function appendBounded(head: Buffer, tail: Uint8Array): Buffer {
  const room = logLineBytesMax - head.length;
  return Buffer.concat([head, tail.length > room ? tail.subarray(0, room) : tail]);
}

function finished(stream: LogLine['stream'], { at, text }: UnfinishedLine): LogLine {
  return { stream, text: text.toString().replace(/\r?\n$/, ''), at };
}
