/** Takes the supervisor's byte stream apart. Payloads of output pass through as views of what arrived; only small frames are ever gathered. */

import { GridError } from '@cleangrid/core/errors.ts';
import { dataBytesMax, frameHeaderBytes, supervisorFrames as types } from './frames.ts';

export interface HelloFrame {
  kind: 'hello';
  version: number;
  /** The kernel gives orphans to the supervisor: without that, nothing it says of a step's end would be true. */
  adoptsOrphans: boolean;
  /** Steps can be run as any user; else only as the one it was started as. */
  runsAnyUser: boolean;
  pid: number;
  uid: number;
  gid: number;
  stepsMax: number;
  stdinWindowBytes: number;
  tunnelWindowBytes: number;
}

export interface ExitFrame {
  kind: 'exit';
  stream: number;
  timedOut: boolean;
  ended: boolean;
  dirty: boolean;
  kept: boolean;
  oom: boolean;
  keeperLost: boolean;
  code: number;
  /** 0: it ended by itself, with `code`. */
  signal: number;
  survivorsKilled: number;
  userUs: number;
  systemUs: number;
  wallUs: number;
  peakKib: number;
}

/** Everything that is not bytes of a stream. */
export type ControlFrame =
  | HelloFrame
  | ExitFrame
  | { kind: 'start'; stream: number; pid: number }
  | { kind: 'fail'; stream: number; stage: number; errno: number }
  | { kind: 'pong'; stream: number }
  | { kind: 'sent'; stream: number; bytes: number }
  | { kind: 'listening'; stream: number; port: number }
  | { kind: 'accepted'; stream: number; listener: number }
  | { kind: 'connected'; stream: number }
  | { kind: 'receivedEnd'; stream: number }
  | { kind: 'closed'; stream: number; errno: number }
  | { kind: 'keptGone'; stream: number; killed: number; dirty: boolean; keeperLost: boolean };

export type DataKind = 'stdout' | 'stderr' | 'received';

export interface FrameReceiver {
  control(frame: ControlFrame): void;
  /** Bytes of one stream, in order; a frame may come in several parts. The chunk is valid only during the call. */
  data(kind: DataKind, stream: number, chunk: Uint8Array): void;
}

const controlBytes: Readonly<Record<number, number>> = {
  [types.hello]: 32,
  [types.start]: 4,
  [types.exit]: 48,
  [types.fail]: 8,
  [types.pong]: 0,
  [types.sent]: 4,
  [types.listening]: 2,
  [types.accepted]: 4,
  [types.connected]: 0,
  [types.receivedEnd]: 0,
  [types.closed]: 4,
  [types.keptGone]: 8,
};

const dataKinds: Readonly<Record<number, DataKind>> = {
  [types.stdout]: 'stdout',
  [types.stderr]: 'stderr',
  [types.received]: 'received',
};

/** Enough for a header and the payload of any control frame. */
const gatheredBytesMax = frameHeaderBytes + 48;

export class FrameDecoder {
  readonly #receiver: FrameReceiver;
  readonly #gathered = Buffer.alloc(gatheredBytesMax);
  #filled = 0;
  #kind: DataKind = 'stdout';
  #stream = 0;
  /** Bytes of the current data frame that are still to come. */
  #left = 0;

  constructor(receiver: FrameReceiver) {
    this.#receiver = receiver;
  }

  /** Throws `runtime_error` when this cannot be the stream of our supervisor; the decoder is useless from then on. */
  take(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) at = this.#left > 0 ? this.#takeData(chunk, at) : this.#takeFrame(chunk, at);
  }

  #takeData(chunk: Uint8Array, at: number): number {
    const end = Math.min(chunk.length, at + this.#left);
    this.#left -= end - at;
    this.#receiver.data(this.#kind, this.#stream, chunk.subarray(at, end));
    return end;
  }

  /** Reads a header, and with it the whole of a control frame. Gathers what comes in pieces. */
  #takeFrame(chunk: Uint8Array, at: number): number {
    if (this.#filled > 0 || chunk.length - at < frameHeaderBytes) return this.#gather(chunk, at);
    const view = Buffer.from(chunk.buffer, chunk.byteOffset + at, chunk.length - at);
    const bytes = frameBytes(view);
    if (view.length < bytes) return this.#gather(chunk, at);
    this.#open(view);
    return at + bytes;
  }

  #gather(chunk: Uint8Array, start: number): number {
    let at = start;
    let wanted = this.#filled < frameHeaderBytes ? frameHeaderBytes : frameBytes(this.#gathered);
    while (this.#filled < wanted && at < chunk.length) {
      const part = chunk.subarray(at, at + wanted - this.#filled);
      this.#gathered.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === frameHeaderBytes) wanted = frameBytes(this.#gathered);
    }
    if (this.#filled === wanted) {
      this.#filled = 0;
      this.#open(this.#gathered);
    }
    return at;
  }

  #open(frame: Buffer): void {
    const type = frame.readUInt8(4);
    const kind = dataKinds[type];
    if (kind === undefined) return this.#receiver.control(decodeControl(frame, type));
    this.#kind = kind;
    this.#stream = frame.readUInt32LE(5);
    this.#left = frame.readUInt32LE(0);
  }
}

/** Of a control frame its whole length, of a data frame only its header's. */
function frameBytes(frame: Buffer): number {
  const length = frame.readUInt32LE(0);
  const type = frame.readUInt8(4);
  if (dataKinds[type] !== undefined && length > 0 && length <= dataBytesMax) return frameHeaderBytes;
  if (controlBytes[type] === length) return frameHeaderBytes + length;
  throw new GridError('runtime_error', `the supervisor sent a frame of type ${type} with ${length} bytes`);
}

function decodeControl(frame: Buffer, type: number): ControlFrame {
  const stream = frame.readUInt32LE(5);
  const word = (index: number): number => frame.readUInt32LE(frameHeaderBytes + 4 * index);
  switch (type) {
    case types.hello:
      return decodeHello(word);
    case types.exit:
      return decodeExit(frame, stream, word);
    case types.start:
      return { kind: 'start', stream, pid: word(0) };
    case types.fail:
      return { kind: 'fail', stream, stage: word(0), errno: word(1) };
    case types.pong:
      return { kind: 'pong', stream };
    case types.sent:
      return { kind: 'sent', stream, bytes: word(0) };
    case types.listening:
      return { kind: 'listening', stream, port: frame.readUInt16LE(frameHeaderBytes) };
    case types.accepted:
      return { kind: 'accepted', stream, listener: word(0) };
    case types.connected:
      return { kind: 'connected', stream };
    case types.receivedEnd:
      return { kind: 'receivedEnd', stream };
    case types.closed:
      return { kind: 'closed', stream, errno: word(0) };
    default:
      return {
        kind: 'keptGone',
        stream,
        killed: word(0),
        dirty: (word(1) & exitFlags.dirty) !== 0,
        keeperLost: (word(1) & exitFlags.keeperLost) !== 0,
      };
  }
}

type WordAt = (index: number) => number;

function decodeHello(word: WordAt): HelloFrame {
  return {
    kind: 'hello',
    version: word(0),
    adoptsOrphans: (word(1) & 1) !== 0,
    runsAnyUser: (word(1) & 2) !== 0,
    pid: word(2),
    uid: word(3),
    gid: word(4),
    stepsMax: word(5),
    stdinWindowBytes: word(6),
    tunnelWindowBytes: word(7),
  };
}

const exitFlags = { timedOut: 1, ended: 2, dirty: 4, kept: 8, oom: 16, keeperLost: 32 };

function decodeExit(frame: Buffer, stream: number, word: WordAt): ExitFrame {
  const flags = word(0);
  // durations and sizes stay far below 2^53
  const long = (at: number): number => Number(frame.readBigUInt64LE(frameHeaderBytes + at));
  return {
    kind: 'exit',
    stream,
    timedOut: (flags & exitFlags.timedOut) !== 0,
    ended: (flags & exitFlags.ended) !== 0,
    dirty: (flags & exitFlags.dirty) !== 0,
    kept: (flags & exitFlags.kept) !== 0,
    oom: (flags & exitFlags.oom) !== 0,
    keeperLost: (flags & exitFlags.keeperLost) !== 0,
    code: word(1),
    signal: word(2),
    survivorsKilled: word(3),
    userUs: long(16),
    systemUs: long(24),
    wallUs: long(32),
    peakKib: long(40),
  };
}
