/** Many steps, much output, odd bytes and broken frames in one container, by the numbers of the cases in docs/warm-exec.md. */

import { createHash } from 'node:crypto';
import { constants } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deliveredProgram } from './delivery.ts';
import { agentFrames, encodeBare, encodeNumber, encodeRun, failStages, supervisorEnds } from './frames.ts';
import { exitOf } from './testing/observe.ts';
import { glibc } from './testing/settings.ts';
import { rawFrame, word } from './testing/raw-frames.ts';
import {
  openStand,
  openWith,
  plainRun,
  type RanStep,
  type Stand,
  variableClock,
} from './testing/supervised-stand.ts';

const { errno } = constants;

let stand: Stand;
beforeAll(async () => {
  stand = await openStand(glibc);
});
afterAll(() => stand.close());

test('2: passes every byte but NUL on in arguments and variables', async () => {
  const bytes = Buffer.from(Array.from({ length: 255 }, (_, index) => index + 1));
  const chunks: Buffer[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const stream = stand.session.openStream({
    control: (frame) => void (frame.kind === 'exit' && resolve()),
    data: (_kind, chunk) => void chunks.push(Buffer.from(chunk)),
    lost: () => {},
  });
  const strings = [
    '',
    '',
    'sh',
    '-c',
    'printf %s "$1"; printenv X',
    'sh',
    bytes,
    Buffer.concat([Buffer.from('X='), bytes]),
  ];
  stand.session.send(rawRun(stream, { strings, argc: 5, envc: 1 }));
  await ended;
  expect(Buffer.concat(chunks).equals(Buffer.concat([bytes, bytes, Buffer.from('\n')]))).toBe(true);
});

test('6: passes 100 MB of random bytes on unchanged', async () => {
  const hashes = { stdout: createHash('sha256'), stderr: createHash('sha256') };
  const produce = 'head -c 50000000 /dev/urandom >/tmp/r; cat /tmp/r & cat /tmp/r >&2; wait';
  const options = {
    output: (stream: 'stdout' | 'stderr', chunk: Uint8Array) => void hashes[stream].update(chunk),
  };
  expect(exitOf(await stand.step({ argv: ['sh', '-c', produce] }, options))).toBe(0);
  const expected = (await stand.sh('sha256sum </tmp/r; rm /tmp/r')).stdout.toString().slice(0, 64);
  expect(hashes.stdout.digest('hex')).toBe(expected);
  expect(hashes.stderr.digest('hex')).toBe(expected);
});

test('37: runs thousands of mixed steps with few descriptors and leaks none', async () => {
  const serve = `ulimit -n 60; exec ${deliveredProgram} serve 20000 1000`;
  const { session } = await openWith((options) =>
    stand.runtime.containers.exec(
      stand.container,
      { argv: ['sh', '-c', serve], user: '0', stdin: true },
      options,
    ),
  );
  const kinds: ((index: number) => Promise<boolean>)[] = [
    async () => exitOf(await stand.step({ argv: ['true'] }, { session })) === 0,
    async () => (await stand.step({ argv: ['no-such-program'] }, { session })).end.kind === 'fail',
    async (index) => {
      const ran = await stand.step({ argv: ['cat'] }, { session, stdin: Buffer.from(`${index}`) });
      return ran.stdout.toString() === `${index}`;
    },
    async () => (await stand.step({ argv: ['true'], workdir: '/no/such' }, { session })).end.kind === 'fail',
    async () =>
      exitOf(await stand.step({ argv: ['sh', '-c', 'sleep 9 & exit 3'], mergeOutput: true }, { session })) ===
      3,
    async () =>
      (await stand.step({ argv: ['sleep', '9'] }, { session, signal: AbortSignal.timeout(1) })).end.kind ===
      'exit',
  ];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < 6000) {
      const index = next++;
      expect(await kinds[index % kinds.length]?.(index)).toBe(true);
    }
  };
  await Promise.all(Array.from({ length: 4 }, work));
  await session.close();
});

test('38: neither stops nor loses its lease while nobody takes the output of one step', async () => {
  const { session } = await stand.open({ leaseMs: 500, clock: variableClock(20) });
  const released = Promise.withResolvers<void>();
  let bytes = 0;
  const loud = stand.step(
    { argv: ['head', '-c', '20000000', '/dev/zero'] },
    {
      session,
      output: (_stream, chunk) => {
        bytes += chunk.length;
        return released.promise;
      },
    },
  );
  // far longer than the lease
  expect(exitOf(await stand.step({ argv: ['sleep', '1.2'] }, { session }))).toBe(0);
  expect(bytes).toBeLessThan(1 << 20);
  released.resolve();
  expect(exitOf(await loud)).toBe(0);
  expect(bytes).toBe(20_000_000);
  await session.close();
});

test('38: stays small while nobody takes the output of many loud steps', async () => {
  const { session } = await stand.open();
  const released = Promise.withResolvers<void>();
  const loud = Array.from({ length: 50 }, () =>
    stand.step({ argv: ['head', '-c', '3000000', '/dev/zero'] }, { session, output: () => released.promise }),
  );
  // none of them can end before it is released
  await stand.step({ argv: ['sleep', '0.3'] }, { session });
  const status = `/proc/${session.hello.pid}/status`;
  const { stdout } = await stand.step({ argv: ['grep', 'VmHWM', status] }, { session });
  expect(Number(/\d+/u.exec(stdout.toString())?.[0])).toBeLessThan(4096);
  released.resolve();
  for (const step of loud) expect(exitOf(await step)).toBe(0);
  await session.close();
});

test('39: refuses a step that its table has no room for, and goes on', async () => {
  const cancel = new AbortController();
  const { stepsMax } = stand.session.hello;
  const run = { argv: ['sleep', '1000'], graceMs: 0 };
  const sleeping = Array.from({ length: stepsMax }, () => stand.step(run, { signal: cancel.signal }));
  const { end } = await stand.sh('true');
  expect(end).toMatchObject({ kind: 'fail', stage: failStages.resources, errno: errno.EAGAIN });
  cancel.abort();
  for (const step of sleeping) expect((await step).end).toMatchObject({ ended: true });
  expect(exitOf(await stand.sh('exit 3'))).toBe(3);
});

const run =
  encodeRun(7, { ...plainRun, hasStdin: true, timeoutMs: 0, argv: ['sleep', '1000'] }) ?? Buffer.alloc(0);

test.for<[string, Uint8Array[]]>([
  ['an unknown type', [rawFrame(99, 0)]],
  ['an oversized frame', [Uint8Array.of(0, 0, 2, 0, agentFrames.send, 1, 0, 0, 0)]],
  ['an oversized step', [Uint8Array.of(1, 0, 64, 0, agentFrames.run, 1, 0, 0, 0)]],
  ['a step under a number that is in use', [run, run]],
  ['a step under number 0', [withStream(run, 0)]],
  ['more input than the window', [run, ...oversend(7)]],
  ['more credit than there can be', [run, encodeNumber('grant', 7, 0xffff_ffff)]],
  ['a ping with content', [rawFrame(agentFrames.ping, 0, Uint8Array.of(1))]],
])('40: ends the session at %s, with everything in it', async ([, frames]) => {
  const { session, ended } = await stand.open();
  for (const frame of frames) session.send(frame);
  expect(await ended).toMatchObject({ kind: 'ended', exit: { code: supervisorEnds.protocol } });
});

test('40: ignores what is too late, and a frame that is never completed', async () => {
  const { session } = await stand.open();
  session.send(encodeNumber('end', 3, 0));
  session.send(encodeNumber('grant', 3, 1000));
  session.send(encodeBare('sendEnd', 3));
  session.send(encodeBare('close', 3));
  expect(exitOf(await stand.step({ argv: ['true'] }, { session }))).toBe(0);
  session.send(run.subarray(0, run.length - 1));
  await session.close();
});

test('40: refuses a malformed step without harm to others', async () => {
  const neighbour: Promise<RanStep> = stand.sh('sleep 0.1; exit 3');
  const { promise: refused, resolve } = Promise.withResolvers<unknown>();
  const stream = stand.session.openStream({ control: resolve, data: () => {}, lost: () => {} });
  stand.session.send(rawRun(stream, { strings: ['', '', 'true'], argc: 5, envc: 0 }));
  expect(await refused).toMatchObject({ kind: 'fail', stage: failStages.request, errno: errno.EINVAL });
  expect(exitOf(await neighbour)).toBe(3);
});

test('tells once that a step has started: while it runs, or with its end', async () => {
  const { session } = stand;
  const told: string[] = [];
  const started = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const runAs = (receive: (kind: string) => void, argv: string[]): number => {
    const stream = session.openStream({
      control: ({ kind }) => receive(kind),
      data: () => {},
      lost: () => {},
    });
    session.send(encodeRun(stream, { ...plainRun, argv }) ?? Buffer.alloc(0));
    return stream;
  };
  const long = runAs((kind) => (kind === 'start' ? started : over).resolve(), ['sleep', '1000']);
  await started.promise;
  session.send(encodeNumber('end', long, 0));
  await over.promise;
  await new Promise<void>((resolve) => {
    runAs((kind) => void (told.push(kind) === 2 && resolve()), ['true']);
  });
  expect(told).toEqual(['start', 'exit']);
});

interface RawRun {
  strings: (string | Buffer)[];
  argc: number;
  envc: number;
}

/** A step whose strings need not be UTF-8, nor as many as it says. */
function rawRun(stream: number, { strings, argc, envc }: RawRun): Buffer {
  const text = strings.flatMap((string) => [Buffer.from(string as string), Buffer.alloc(1)]);
  const fixed = [0, 0, 0, 100_000, argc, envc].map(word);
  return rawFrame(agentFrames.run, stream, Buffer.concat([...fixed, ...text]));
}

function withStream(frame: Buffer, stream: number): Buffer {
  const copy = Buffer.from(frame);
  copy.writeUInt32LE(stream, 5);
  return copy;
}

/** Three full frames of input for a step that reads none: the pipe takes one window and the supervisor holds another. */
function oversend(stream: number): Buffer[] {
  const frame = rawFrame(agentFrames.send, stream, Buffer.alloc(65_536));
  return [frame, frame, frame];
}
