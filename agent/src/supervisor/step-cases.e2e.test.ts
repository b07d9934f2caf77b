/** The cases of docs/warm-exec.md that hold in every container, by their numbers. */

import { constants } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failStages } from './frames.ts';
import { exitOf, leftBehind } from './testing/observe.ts';
import { settings } from './testing/settings.ts';
import { openStand, type Stand } from './testing/supervised-stand.ts';

const { errno } = constants;

describe.for(Object.entries(settings))('in %s', ([, setting]) => {
  let stand: Stand;
  beforeAll(async () => {
    stand = await openStand(setting);
  });
  afterAll(() => stand.close());

  test('1: passes arguments on as they are', async () => {
    const told = ['a b', '"', "'", '*', '', '-n', 'x\ny', '$HOME', '日本'];
    const { stdout } = await stand.step({
      argv: [...stand.shell, 'for a; do printf "[%s]" "$a"; done', 'sh', ...told],
    });
    expect(stdout.toString()).toBe(told.map((argument) => `[${argument}]`).join(''));
  });

  test('3: passes names and values of variables on as they are', async () => {
    const env = ['A.B=first\nsecond=$HOME', 'EMPTY=', 'EQUALS=a=b'];
    const { stdout } = await stand.step({ argv: stand.applet('env'), env });
    for (const entry of env) expect(stdout.toString()).toContain(`${entry}\n`);
  });

  test('4: says that an argument is too long, and goes on', async () => {
    const { end } = await stand.step({ argv: [...stand.shell, 'true', 'x'.repeat(131_072)] });
    expect(end).toMatchObject({ kind: 'fail', stage: failStages.program, errno: errno.E2BIG });
    expect(exitOf(await stand.sh('exit 3'))).toBe(3);
  });

  test('5: keeps output without a last line end, and with NULs', async () => {
    const { stdout } = await stand.sh(String.raw`printf 'a\0b\nc'`);
    expect(stdout).toEqual(Buffer.from('a\0b\nc'));
  });

  test('7: takes output that looks like frames for output', async () => {
    const fake = Buffer.from([48, 0, 0, 0, 69, 1, 0, 0, 0, ...new Uint8Array(48)]);
    const { stdout, stderr } = await stand.step(
      { argv: [...stand.shell, 'tee /dev/stderr'] },
      { stdin: Buffer.concat(Array.from({ length: 500 }, () => fake)) },
    );
    expect(stdout).toHaveLength(500 * fake.length);
    expect(stderr.equals(stdout)).toBe(true);
  });

  test('8: waits for a step that closed its streams', async () => {
    expect(exitOf(await stand.sh('exec >&- 2>&-; sleep 0.05; exit 4'))).toBe(4);
  });

  test('9: keeps the order in which both streams were written, where asked to', async () => {
    const script = 'i=0; while [ $i -lt 500 ]; do echo o$i; echo e$i >&2; i=$((i+1)); done';
    const { stdout, stderr } = await stand.sh(script, { mergeOutput: true });
    const lines = Array.from({ length: 500 }, (_, index) => `o${index}\ne${index}\n`);
    expect(stdout.toString()).toBe(lines.join(''));
    expect(stderr).toHaveLength(0);
  });

  test('10: hands over a short line at once', async () => {
    const cancel = new AbortController();
    const { end } = await stand.step(
      { argv: [...stand.shell, 'echo line; sleep 1000'] },
      { signal: cancel.signal, output: () => cancel.abort() },
    );
    expect(end).toMatchObject({ ended: true });
  });

  test('11: tells every exit code', async () => {
    const codes = Array.from({ length: 256 }, (_, code) => code);
    const ran = await Promise.all(codes.map((code) => stand.sh(`exit ${code}`)));
    expect(ran.map(exitOf)).toEqual(codes);
  });

  test('12: tells signals from exit codes', async () => {
    expect((await stand.sh('kill -KILL $$')).end).toMatchObject({ signal: 9, code: 0, oom: false });
    expect((await stand.sh('kill -SEGV $$')).end).toMatchObject({ signal: 11, code: 0 });
  });

  test.for([
    ['no such program', { argv: ['no-such-program'] }, failStages.program, errno.ENOENT],
    ['an empty name', { argv: [''] }, failStages.program, errno.ENOENT],
    ['a file that is no program', { argv: ['/proc/version'] }, failStages.program, errno.EACCES],
    ['no such directory', { argv: ['true'], workdir: '/no/such' }, failStages.workdir, errno.ENOENT],
    ['a file as directory', { argv: ['true'], workdir: '/proc/version' }, failStages.workdir, errno.ENOTDIR],
    ['no such user', { argv: ['true'], user: 'nobody-knows' }, failStages.user, errno.ENOENT],
    ['no such group', { argv: ['true'], user: '0:nobody-knows' }, failStages.user, errno.ENOENT],
  ] as const)('13: tells why nothing started: %s', async ([, run, stage, reason]) => {
    const { end, stdout, stderr } = await stand.step(run);
    expect(end).toMatchObject({ kind: 'fail', stage, errno: reason });
    expect(stdout.length + stderr.length).toBe(0);
  });

  test('14: feeds 5 MB of input, and a reader that leaves early', async () => {
    const stdin = Buffer.alloc(5_000_000, 'abc\n');
    const { stdout } = await stand.step({ argv: [...stand.shell, 'cat'] }, { stdin });
    expect(stdout.equals(stdin)).toBe(true);
    const early = await stand.step({ argv: [...stand.shell, 'head -c 4; exit 5'] }, { stdin });
    expect(exitOf(early)).toBe(5);
    expect(early.stdout.toString()).toBe('abc\n');
  });

  test('15: gives a step without input /dev/null', async () => {
    const { stdout } = await stand.sh('cat; readlink /proc/self/fd/0; echo next');
    expect(stdout.toString()).toBe('/dev/null\nnext\n');
  });

  test('16: ends only the step that kills its process group', async () => {
    const neighbour = stand.sh('sleep 0.1; exit 6');
    expect((await stand.sh('kill 0; sleep 1000')).end).toMatchObject({ signal: 15 });
    expect(exitOf(await neighbour)).toBe(6);
  });

  test('17: survives a step that signals its parent', async () => {
    // 32 to 34 are those that a C library keeps for itself
    const signals = ['TERM', 'INT', 'HUP', 'USR1', 'SEGV', 'CHLD', 'PIPE', 32, 33, 34, 64];
    const ran = await stand.sh(`for s in ${signals.join(' ')}; do kill -$s $PPID; done 2>/dev/null; exit 7`);
    expect(ran.end).toMatchObject({ code: 7, ended: false, keeperLost: false });
  });

  test.for([
    ['19: a background child', 'sleep 5019 & echo done', 5019],
    ['20: a child in its own session', 'setsid sleep 5020 & echo done', 5020],
    ['21: a double fork without environment', '(env -i setsid sleep 5021 &) & echo done', 5021],
  ] as const)('kills what a step leaves behind, and counts it: %s', async ([, script, mark]) => {
    const ran = await stand.sh(script);
    expect(ran.stdout.toString()).toBe('done\n');
    expect(ran.end).toMatchObject({ code: 0, dirty: false, kept: false });
    expect(ran.end).toHaveProperty(
      'survivorsKilled',
      expect.toSatisfy((killed: number) => killed >= 1),
    );
    expect(await leftBehind(stand, mark)).toBe(0);
  });

  test('22: lets no late writer reach the next step', async () => {
    const late = '(while :; do sleep 0.01; echo late; echo late >&2; done) & echo early';
    for (let round = 0; round < 5; round++) {
      const ran = await stand.sh(late);
      // What it writes before it is killed is still its own step's.
      expect(ran.stdout.toString()).toContain('early\n');
      const next = await stand.sh('sleep 0.03; echo next');
      expect(next.stdout.toString() + next.stderr.toString()).toBe('next\n');
    }
  });

  test('23: never kills the neighbour of a step that left something behind', async () => {
    const neighbours = [1, 2, 3].map(() => stand.sh('sleep 0.2 & wait; echo fine'));
    const dirty = [1, 2, 3, 4].map(() => stand.sh('setsid sleep 5023 & exit 0'));
    expect((await Promise.all(dirty)).map(({ end }) => end)).toMatchObject(
      dirty.map(() => ({ code: 0, survivorsKilled: 1 })),
    );
    for (const neighbour of neighbours) expect((await neighbour).stdout.toString()).toBe('fine\n');
  });

  test('25: ends a step that takes too long: TERM, grace, KILL', async () => {
    const polite = await stand.sh('trap "echo bye; exit 3" TERM; while :; do sleep 0.02; done', {
      timeoutMs: 150,
    });
    expect(polite.end).toMatchObject({ timedOut: true, code: 3, ended: false });
    expect(polite.stdout.toString()).toBe('bye\n');
    const deaf = await stand.sh('trap "" TERM; sleep 5025 & while :; do sleep 0.02; done', {
      timeoutMs: 150,
    });
    expect(deaf.end).toMatchObject({ timedOut: true, signal: 9, dirty: false });
    expect(await leftBehind(stand, 5025)).toBe(0);
  });

  test('26: ends a stopped step that takes too long', async () => {
    const { end } = await stand.sh('kill -STOP $$; sleep 1000', { timeoutMs: 100 });
    expect(end).toMatchObject({ timedOut: true, signal: 15 });
    const deaf = await stand.sh('trap "" TERM; kill -STOP $$; while :; do sleep 0.02; done', {
      timeoutMs: 100,
    });
    expect(deaf.end).toMatchObject({ timedOut: true, signal: 9 });
  });

  test('27: cancels at any moment', async () => {
    const before = new AbortController();
    const cancelled = stand.step({ argv: [...stand.shell, 'sleep 1000'] }, { signal: before.signal });
    before.abort();
    expect((await cancelled).end).toMatchObject({ ended: true, dirty: false });
    const exiting = Array.from({ length: 100 }, async () => {
      const cancel = new AbortController();
      const ran = stand.step({ argv: [...stand.shell, 'exit 8'] }, { signal: cancel.signal });
      setImmediate(() => setImmediate(() => cancel.abort()));
      return (await ran).end;
    });
    for (const end of await Promise.all(exiting)) expect(end).toMatchObject({ kind: 'exit', dirty: false });
  });

  test('28: leaks nothing from one step into the next', async () => {
    const look =
      'umask; ulimit -n; pwd; env; ls /proc/self/fd | wc -l; cat /proc/self/stat | cut -d" " -f 18,19; trap';
    const before = await stand.sh(look);
    await stand.sh(
      'cd /proc; export LEAK=1; umask 0; ulimit -n 40; trap "" INT; exec 9</dev/null; renice 5 $$; exit 0',
    );
    expect((await stand.sh(look)).stdout.toString()).toBe(before.stdout.toString());
  });

  test('41: gives a step exactly three descriptors, each where it belongs', async () => {
    // the fourth is the directory that ls reads
    const { stdout } = await stand.sh('for f in 0 1 2; do readlink /proc/$$/fd/$f; done; ls /proc/self/fd');
    expect(stdout.toString()).toMatch(/^\/dev\/null\npipe:\[(\d+)\]\npipe:\[(?!\1\])\d+\]\n0\n1\n2\n3\n$/);
  });

  test('42: ends the input of a step while steps that started later still run', async () => {
    const stdin = Buffer.alloc(300_000, 'x');
    const readers = [1, 2, 3, 4].map(() => stand.step({ argv: [...stand.shell, 'wc -c'] }, { stdin }));
    const cancel = new AbortController();
    const later = [1, 2, 3, 4].map(() =>
      stand.step({ argv: [...stand.shell, 'sleep 1000'] }, { signal: cancel.signal }),
    );
    for (const reader of readers) expect((await reader).stdout.toString().trim()).toBe('300000');
    cancel.abort();
    for (const step of later) expect((await step).end).toMatchObject({ ended: true });
  });
});
