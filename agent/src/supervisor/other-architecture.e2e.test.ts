/** The supervisor that was compiled for the architecture that this machine does not have: as far as qemu emulates its process model. */

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { buildSupervisor } from '../../supervisor/build.ts';
import { startLocally } from './testing/local-supervisor.ts';
import { exitOf } from './testing/observe.ts';
import { type Opened, openWith, type RanStep, runToEnd } from './testing/supervised-stand.ts';

const [other, emulator] =
  process.arch === 'arm64'
    ? (['amd64', 'qemu-x86_64-static'] as const)
    : (['arm64', 'qemu-aarch64-static'] as const);

let opened: Opened;
let diagnostics = '';
beforeAll(async () => {
  const program = await buildSupervisor(other);
  if (program === null) throw new Error(`no compiler for ${other}: npm test brings one`);
  const local = { argv: [emulator, program], diagnostics: (text: string) => void (diagnostics += text) };
  opened = await openWith((options) => startLocally(local, options));
});
afterAll(() => opened.session.close());
afterEach(() => {
  if (diagnostics !== '') throw new Error(diagnostics);
});

function sh(script: string, run: Parameters<typeof runToEnd>[1] = {}, stdin?: Uint8Array): Promise<RanStep> {
  const options = stdin === undefined ? {} : { stdin };
  return runToEnd(opened.session, { argv: ['sh', '-c', script], ...run }, options);
}

test('says truly whether it is given orphans: some emulators do not let it', async () => {
  const { end } = await sh('sleep 1 & exit 3');
  const killed = opened.session.hello.adoptsOrphans ? 1 : 0;
  expect(end).toMatchObject({ code: 3, survivorsKilled: killed, dirty: false });
});

test('tells exit codes, signals, and what was not started', async () => {
  expect(exitOf(await sh('exit 137'))).toBe(137);
  expect((await sh('kill -SEGV $$')).end).toMatchObject({ kind: 'exit', signal: 11 });
  expect((await runToEnd(opened.session, { argv: ['no-such-program'] })).end.kind).toBe('fail');
});

test('passes input and both outputs on, merged where asked to', async () => {
  const input = Buffer.alloc(300_000, 'x');
  expect((await sh('cat', {}, input)).stdout.equals(input)).toBe(true);
  const { stdout } = await sh('echo a; echo b >&2; echo c', { mergeOutput: true });
  expect(stdout.toString()).toBe('a\nb\nc\n');
});

test('ends a step that takes too long: TERM, grace, KILL', async () => {
  const run = { timeoutMs: 200, graceMs: 100 };
  expect((await sh('trap "exit 9" TERM; sleep 10 & wait', run)).end).toMatchObject({
    timedOut: true,
    code: 9,
  });
  expect((await sh('trap "" TERM; sleep 10', run)).end).toMatchObject({ timedOut: true, signal: 9 });
});

test('reports a step whose keeper was killed, and goes on', async () => {
  expect((await sh('kill -KILL $PPID; sleep 10')).end).toMatchObject({ keeperLost: true, dirty: false });
  expect(exitOf(await sh('exit 4'))).toBe(4);
});
