import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../contract/code-of.ts';
import { Demultiplexer } from './demultiplex.ts';

type Frame = { stream: 'stdout' | 'stderr'; bytes: Uint8Array };

function encode({ stream, bytes }: Frame): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream === 'stdout' ? 1 : 2;
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

/** Cuts at the given places, wherever in a header or payload they are. */
function cut(whole: Buffer, places: number[]): Buffer[] {
  const ends = [...places.map((place) => place % (whole.length + 1)).sort((a, b) => a - b), whole.length];
  let start = 0;
  return ends.map((end) => {
    const piece = whole.subarray(start, end);
    start = end;
    return piece;
  });
}

const frame: fc.Arbitrary<Frame> = fc.record({
  stream: fc.constantFrom('stdout' as const, 'stderr' as const),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
});

describe('Demultiplexer', () => {
  it('gives back the frames, however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(frame), fc.array(fc.nat()), (frames, places) => {
        const demultiplexer = new Demultiplexer();
        const whole = Buffer.concat(frames.map(encode));
        const parts = cut(whole, places).flatMap((piece) => [...demultiplexer.take(piece)]);
        const joined: Frame[] = [];
        let isOpen = false;
        for (const { stream, bytes, endsFrame } of parts) {
          const last = isOpen ? joined.pop() : undefined;
          joined.push({ stream, bytes: Buffer.concat([last?.bytes ?? Buffer.alloc(0), bytes]) });
          isOpen = !endsFrame;
        }
        expect(joined.map(({ stream, bytes }) => [stream, [...bytes]])).toEqual(
          frames.map(({ stream, bytes }) => [stream, [...bytes]]),
        );
        expect(demultiplexer.isBetweenFrames).toBe(true);
      }),
    );
  });

  it.each([1, 7, 8, 10])('knows a stream that was cut after %i bytes', (byteCount) => {
    const demultiplexer = new Demultiplexer();
    const whole = encode({ stream: 'stdout', bytes: Buffer.from('abc') });
    expect([...demultiplexer.take(whole.subarray(0, byteCount))].length).toBe(byteCount > 8 ? 1 : 0);
    expect(demultiplexer.isBetweenFrames).toBe(false);
  });

  it('refuses what is no frame', async () => {
    const take = async (): Promise<unknown> => [...new Demultiplexer().take(Buffer.from('plain text'))];
    expect(await codeOf(take())).toBe('runtime_error');
  });
});
