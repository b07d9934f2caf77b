import { GridError } from '@cleangrid/core/errors.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ControlFrame, FrameDecoder } from './frame-decoder.ts';
import { rawFrame as frame } from './testing/raw-frames.ts';
import { dataBytesMax, supervisorFrames as types } from './frames.ts';

type Heard = { kind: string; stream: number; bytes: string } | ControlFrame;

/** What a receiver hears, the parts of one stream put together again. */
function decode(chunks: readonly Uint8Array[]): Heard[] {
  const heard: Heard[] = [];
  const decoder = new FrameDecoder({
    control: (frame) => void heard.push(frame),
    data(kind, stream, chunk) {
      const bytes = Buffer.from(chunk).toString('latin1');
      const last = heard.at(-1);
      if (
        last &&
        'bytes' in last &&
        typeof last.bytes === 'string' &&
        last.kind === kind &&
        last.stream === stream
      )
        last.bytes += bytes;
      else heard.push({ kind, stream, bytes });
    },
  });
  for (const chunk of chunks) decoder.take(chunk);
  return heard;
}

const stream = fc.integer({ min: 0, max: 0xffff_ffff });
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const control = fc.oneof(
  ...(
    [
      [types.hello, 32],
      [types.start, 4],
      [types.exit, 48],
      [types.fail, 8],
      [types.pong, 0],
      [types.sent, 4],
      [types.listening, 2],
      [types.accepted, 4],
      [types.connected, 0],
      [types.receivedEnd, 0],
      [types.closed, 4],
      [types.keptGone, 8],
    ] as const
  ).map(([type, length]) => fc.tuple(fc.constant(type), stream, bytes(length))),
);
const data = fc.tuple(
  fc.constantFrom(types.stdout, types.stderr, types.received),
  stream,
  fc.uint8Array({ minLength: 1, maxLength: 300 }),
);
const frames = fc.array(fc.oneof(control, data), { maxLength: 30 });

/** The bytes cut into pieces of the given sizes, over and over. */
function cut(whole: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, index = 0; at < whole.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1;
    chunks.push(whole.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

test('hears the same however the bytes are cut', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1 }), (sent, sizes) => {
      const whole = Buffer.concat(sent.map(([type, of, payload]) => frame(type, of, payload)));
      expect(decode(cut(whole, sizes))).toEqual(decode([whole]));
    }),
  );
});

test('hears every frame, and the bytes of each stream in order', () => {
  fc.assert(
    fc.property(frames, (sent) => {
      const whole = Buffer.concat(sent.map(([type, of, payload]) => frame(type, of, payload)));
      const heard = decode(cut(whole, [7]));
      const isData = ([type]: readonly [number, ...unknown[]]): boolean =>
        type === types.stdout || type === types.stderr || type === types.received;
      expect(heard.filter((one) => !('bytes' in one) || one.kind === 'sent')).toHaveLength(
        sent.filter((one) => !isData(one)).length,
      );
      const expected = sent.filter(isData).map(([, , payload]) => Buffer.from(payload).toString('latin1'));
      const got = heard.map((one) => ('bytes' in one && typeof one.bytes === 'string' ? one.bytes : ''));
      expect(got.join('')).toBe(expected.join(''));
    }),
  );
});

test('reads the numbers of an end', () => {
  const payload = Buffer.alloc(48);
  payload.writeUInt32LE(4 | 16, 0);
  payload.writeUInt32LE(9, 8);
  payload.writeUInt32LE(2, 12);
  payload.writeBigUInt64LE(5_000_000_000n, 32);
  expect(decode([frame(types.exit, 3, payload)])).toEqual([
    {
      kind: 'exit',
      stream: 3,
      timedOut: false,
      ended: false,
      dirty: true,
      kept: false,
      oom: true,
      keeperLost: false,
      code: 0,
      signal: 9,
      survivorsKilled: 2,
      userUs: 0,
      systemUs: 0,
      wallUs: 5_000_000_000,
      peakKib: 0,
    },
  ]);
});

test.for([
  ['an unknown type', frame(99, 1, new Uint8Array())],
  ['a frame of the agent', frame(1, 1, new Uint8Array(24))],
  ['empty output', frame(types.stdout, 1, new Uint8Array())],
  ['too much output', frame(types.stdout, 1, new Uint8Array(dataBytesMax + 1))],
  ['an end that is too short', frame(types.exit, 1, new Uint8Array(47))],
  ['a hello that is too long', frame(types.hello, 0, new Uint8Array(33))],
] as const)('refuses %s', ([, refused]) => {
  expect(() => decode([refused])).toThrow(GridError);
  expect(() => decode(cut(refused, [1]))).toThrow(GridError);
});

test('survives any bytes: understands them or refuses them', () => {
  const anyBytes = fc.array(fc.uint8Array({ maxLength: 200 }));
  const checked = fc.check(fc.property(anyBytes, isUnderstoodOrRefused), { numRuns: 2000 });
  expect(checked.counterexample).toBeNull();
});

function isUnderstoodOrRefused(chunks: readonly Uint8Array[]): boolean {
  try {
    decode(chunks);
    return true;
  } catch (error) {
    return error instanceof GridError;
  }
}
