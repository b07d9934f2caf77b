/** The supervisor under AddressSanitizer and UndefinedBehaviorSanitizer, as an ordinary process of this machine; and its frames, fuzzed. */

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { buildFuzzer, buildSanitized, buildSupervisor, machineArchitecture } from '../../supervisor/build.ts';
import type { ExecOptions, Execution } from '../container-runtime.ts';
import { agentFrames, encodeRun, supervisorEnds } from './frames.ts';
import { startLocally } from './testing/local-supervisor.ts';
import { exitOf } from './testing/observe.ts';
import { rawFrame, word } from './testing/raw-frames.ts';
import { type Opened, openWith, plainRun, runToEnd } from './testing/supervised-stand.ts';

const run = promisify(execFile);

let program: string;
let opened: Opened;
let diagnostics = '';

beforeAll(async () => {
  program = await buildSanitized();
  opened = await openWith((options) => startHere(options));
});
afterAll(() => opened.session.close());
afterEach(() => {
  if (diagnostics !== '') throw new Error(diagnostics);
});

function startHere(options: ExecOptions): Promise<Execution> {
  const env = { ASAN_OPTIONS: 'detect_leaks=0' };
  const told = (text: string): void => void (diagnostics += text);
  return startLocally({ argv: [program], env, diagnostics: told }, options);
}

const sh = (script: string, options: Parameters<typeof runToEnd>[2] = {}) =>
  runToEnd(opened.session, { argv: ['sh', '-c', script] }, options);

test('runs steps of every kind without a fault', async () => {
  const { session } = opened;
  expect(exitOf(await sh('exit 3'))).toBe(3);
  expect((await sh('cat', { stdin: Buffer.alloc(1_000_000, 'x') })).stdout).toHaveLength(1_000_000);
  expect((await runToEnd(session, { argv: ['no-such-program'] })).end.kind).toBe('fail');
  expect((await runToEnd(session, { argv: ['true'], user: 'no-such-user' })).end.kind).toBe('fail');
  expect((await sh('setsid sleep 1000 & exit 0')).end).toMatchObject({ survivorsKilled: 1 });
  expect((await sh('kill -KILL $PPID; sleep 1000')).end).toMatchObject({ keeperLost: true });
  const timed = {
    argv: ['sh', '-c', 'trap "" TERM; while :; do sleep 0.01; done'],
    timeoutMs: 50,
    graceMs: 50,
  };
  expect((await runToEnd(session, timed)).end).toMatchObject({ timedOut: true, signal: 9 });
  const kept = await runToEnd(session, { argv: ['sh', '-c', 'sleep 1000 & exit 0'], keepProcesses: true });
  expect(kept.end).toMatchObject({ kept: true });
  expect(await kept.endKept()).toEqual({ killed: 1, proved: true });
});

test('runs hundreds of steps at once without a fault', async () => {
  const codes = Array.from({ length: 200 }, (_, index) => index % 256);
  const ran = await Promise.all(codes.map((code) => sh(`head -c 50000 /dev/zero; exit ${code}`)));
  expect(ran.map(exitOf)).toEqual(codes);
  expect(ran.every(({ stdout }) => stdout.length === 50_000)).toBe(true);
});

const small = fc.integer({ min: 0, max: 5 });
const number = fc.oneof(small, fc.constantFrom(0xffff_ffff, 0x8000_0001, 65_536, 70_000));
const frame = fc.oneof(
  fc
    .record({
      stream: small,
      keep: fc.boolean(),
      merge: fc.boolean(),
      stdin: fc.boolean(),
      credit: number,
      user: fc.constantFrom('', '0', 'x'),
    })
    .map(({ stream, keep, merge, stdin, credit, user }) =>
      encodeRun(stream, {
        ...plainRun,
        hasStdin: stdin,
        mergeOutput: merge,
        keepProcesses: keep,
        timeoutMs: 1000,
        graceMs: 0,
        outputCredit: credit,
        user,
        argv: ['echo', 'x'.repeat(100)],
      }),
    ),
  fc
    .tuple(
      fc.constantFrom(2, 3, 4, 5, 6, 9, 4),
      small,
      fc.oneof(number.map(word), fc.uint8Array({ maxLength: 70 })),
    )
    .map(([type, stream, payload]) => rawFrame(type, stream, payload)),
  fc
    .tuple(small, small)
    .map(([stream, port]) => rawFrame(agentFrames.connect, stream, Uint8Array.of(port, 0, 127, 0, 0, 1))),
  small.map((stream) => rawFrame(agentFrames.listen, stream, Uint8Array.of(0, 0))),
);

test('ends in an orderly way whatever frames it is sent', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { maxLength: 40 }), fc.nat(8), async (frames, cut) => {
      let heard = 0;
      const execution = await startHere({ output: (_stream, chunk) => void (heard += chunk.length) });
      const bytes = Buffer.concat(frames.map((one) => one ?? Buffer.alloc(0)));
      await execution.write(bytes.subarray(0, Math.max(0, bytes.length - cut)));
      execution.endInput();
      const exit = await execution.exited;
      expect([supervisorEnds.orderly, supervisorEnds.protocol]).toContain(
        exit.kind === 'exited' ? exit.code : null,
      );
      expect(diagnostics).toBe('');
    }),
    { numRuns: 60 },
  );
});

test.for([1, 2, 3])('reads broken frames without a fault, with seed %i', async (seed) => {
  const { stdout } = await run(await buildFuzzer(), [String(seed), '8000']);
  expect(Number(stdout)).toBeGreaterThan(0);
});

test('is built to the same bytes from the same sources', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cleangrid-supervisor-'));
  try {
    const native = machineArchitecture ?? 'amd64';
    const [first, second] = await Promise.all([buildSupervisor(native), buildSupervisor(native, directory)]);
    expect((await readFile(first ?? '')).equals(await readFile(second ?? ''))).toBe(true);
  } finally {
    await rm(directory, { recursive: true });
  }
});
