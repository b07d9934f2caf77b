/** The contract of the port `StepExecutor`, run against every executor, on the fake and on Docker. */

import type { StepExit } from '@cleangrid/core/result.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf } from './contract/code-of.ts';
import {
  collectOutput,
  type ContainerStand,
  openStand,
  type RuntimeUnderTest,
} from './contract/container-stand.ts';
import {
  contractCommands as commands,
  largeOutputBytes,
  missingProgram,
} from './contract/contract-commands.ts';
import type { ExecCommand, ExecOutcome, KeptProcesses, StepExecutor, StepSession } from './step-executor.ts';

export interface ExecutorUnderTest extends RuntimeUnderTest {
  executor: StepExecutor;
}

const neverAborted = new AbortController().signal;

export function stepExecutorContract(name: string, open: () => Promise<ExecutorUnderTest>): void {
  describe(`StepExecutor: ${name}`, () => {
    let stand: ContainerStand;
    let executor: StepExecutor;
    let session: StepSession;

    beforeAll(async () => {
      const opened = await open();
      ({ executor } = opened);
      stand = await openStand(opened);
      session = await openSession(await startContainer());
    });
    afterAll(async () => {
      await session.close();
      await stand.close();
    });

    async function startContainer(): Promise<string> {
      const { idleCommand, mounts } = await executor.prepare(stand.image, neverAborted);
      return stand.start({ command: idleCommand, mounts });
    }

    function openSession(container: string): Promise<StepSession> {
      return executor.open(container, neverAborted);
    }

    async function run(command: Partial<ExecCommand>): Promise<Ran> {
      const output = collectOutput();
      const outcome = await session.run(complete(command), output.take, neverAborted);
      return { outcome, ...output.texts() };
    }

    /** Runs a command until its first output, then cancels it. */
    async function cancelled(command: Partial<ExecCommand>): Promise<ExecOutcome> {
      const output = collectOutput();
      const cancel = new AbortController();
      const running = session.run(complete(command), output.take, cancel.signal);
      await output.first;
      cancel.abort();
      return running;
    }

    it('keeps the streams apart and tells the exit code', async () => {
      const ran = await run(commands.bothStreams);
      expect(ran).toMatchObject({ stdout: 'out\n', stderr: 'err\n' });
      expect(ran.outcome).toMatchObject({ kind: 'exited', exit: { kind: 'code', code: 3 } });
      expect(ran.outcome.durationMs).toBeGreaterThanOrEqual(0);
    });

    it.each([0, 1, 126, 127, 255])('takes exit code %i for what it is', async (code) => {
      const { outcome } = await run({ ...commands.exitCode, env: { CODE: String(code) } });
      expect(outcome).toMatchObject({ kind: 'exited', exit: { kind: 'code', code } });
    });

    it('tells that a command was killed', async () => {
      const { outcome } = await run(commands.killItself);
      expect(outcome.kind).toBe('exited');
      expectSignal(outcome, 'SIGKILL');
    });

    it('passes arguments, environment, user and directory on as they are', async () => {
      expect((await run(commands.printArguments)).stdout).toBe('[a b]["][\'][*][][-n][x\ny][$HOME]');
      const env = { 'A.B': 'first\nsecond=$HOME' };
      const printed = await run({ ...commands.printEnvironment, env });
      expect(printed.stdout).toContain('A.B=first\nsecond=$HOME\n');
      const where = await run({ ...commands.whereAndWho, user: '1234', workdir: '/tmp' });
      expect(where.stdout).toBe('/tmp\n1234\n');
    });

    it('gives a command the input it was promised, or an empty one', async () => {
      expect((await run(commands.countInput)).stdout).toBe('0\n');
      const input = Buffer.from('0123456789abcdef\0\n'.repeat(300_000));
      const { stdout, stderr } = await run({ ...commands.tee, stdin: input });
      expect(stdout === input.toString()).toBe(true);
      expect(stderr === input.toString()).toBe(true);
    });

    it('loses no output of a command that stops reading', async () => {
      const { outcome, stdout } = await run({ ...commands.quitReading, stdin: Buffer.alloc(5_000_000) });
      expect(outcome).toMatchObject({ kind: 'exited', exit: { kind: 'code', code: 0 } });
      expect(stdout).toHaveLength(largeOutputBytes);
    });

    it('holds a command back while its output is not taken', async () => {
      const released = Promise.withResolvers<void>();
      const taken = Promise.withResolvers<void>();
      let byteCount = 0;
      const running = session.run(
        complete(commands.largeOutput),
        (_, chunk) => {
          byteCount += chunk.length;
          taken.resolve();
          return released.promise;
        },
        neverAborted,
      );
      await taken.promise;
      const firstByteCount = byteCount;
      await run(commands.succeed);
      expect(byteCount).toBe(firstByteCount);
      released.resolve();
      await running;
      expect(byteCount).toBe(largeOutputBytes);
    });

    it('gives both streams as one in the order of writing, or says that it cannot', async () => {
      const output = collectOutput();
      const merged = complete({ ...commands.bothStreams, mergeOutput: true });
      const code = await codeOf(session.run(merged, output.take, neverAborted));
      const said = { code, ...output.texts() };
      expect(said).toEqual(
        session.kind === 'plain'
          ? { code: 'unavailable', stdout: '', stderr: '' }
          : { code: 'no error', stdout: 'out\nerr\n', stderr: '' },
      );
    });

    it('waits for a command that closed its streams', async () => {
      const { outcome } = await run(commands.closeStreams);
      expect(outcome).toMatchObject({ kind: 'exited', exit: { kind: 'code', code: 4 } });
    });

    it.each<[string, Partial<ExecCommand>]>([
      ['a program that does not exist', { argv: [...missingProgram] }],
      ['a user that does not exist', { argv: commands.succeed.argv, user: 'no-such-user' }],
      ['a directory that does not exist', { argv: commands.succeed.argv, workdir: '/no/such' }],
      ['no program', { argv: [] }],
      ['a NUL in an argument', { argv: ['echo', 'a\0b'] }],
      ['an argument that is too long', { argv: ['echo', 'x'.repeat(131_072)] }],
    ])('says that nothing started: %s', async (_, command) => {
      const { outcome, stdout, stderr } = await run(command);
      expect(outcome).toMatchObject({ kind: 'not_started', message: expect.stringMatching(/./) });
      expect(stdout + stderr).toBe('');
    });

    it('ends a command that takes too long', async () => {
      const { outcome } = await run({ ...commands.idle, timeoutMs: 200 });
      expect(outcome.kind).toBe('timed_out');
      expectSignal(outcome, 'SIGTERM');
    });

    it('lets a cancelled command end in its own way', async () => {
      expect(await cancelled(commands.endOnTerm)).toMatchObject({
        kind: 'cancelled',
        exit: { kind: 'code', code: 7 },
      });
    });

    it('kills a cancelled command that does not end', async () => {
      const outcome = await cancelled(commands.ignoreTerm);
      expect(outcome.kind).toBe('cancelled');
      expectSignal(outcome, 'SIGKILL');
    });

    it('ends what a cancelled command started, and nothing else', async () => {
      const other = collectOutput();
      const stop = new AbortController();
      const otherRuns = session.run(complete(commands.endOnTerm), other.take, stop.signal);
      await other.first;
      expect((await cancelled(commands.family)).kind).toBe('cancelled');
      expect((await run(commands.countSleepers)).stdout).toBe('0\n');
      stop.abort();
      expect(await otherRuns).toMatchObject({ exit: { kind: 'code', code: 7 } });
    });

    it('starts nothing that is cancelled before', async () => {
      const output = collectOutput();
      const outcome = await session.run(complete(commands.bothStreams), output.take, AbortSignal.abort());
      expect(outcome).toMatchObject({ kind: 'cancelled', exit: null });
      expect(output.texts()).toEqual({ stdout: '', stderr: '' });
    });

    it('runs many commands at once', async () => {
      const codes = Array.from({ length: 20 }, (_, code) => code);
      const ran = await Promise.all(
        codes.map((code) => run({ ...commands.exitCode, env: { CODE: String(code) } })),
      );
      expect(ran.map(({ outcome }) => ('exit' in outcome ? outcome.exit : null))).toEqual(
        codes.map((code) => ({ kind: 'code', code })),
      );
    });

    it('keeps what a command leaves running where that is asked for, until its end is', async () => {
      const container = await startContainer();
      const own = await openSession(container);
      const keeping = complete({ ...commands.leaveBehind, processes: 'keep' });
      const [first, second] = [
        await own.run(keeping, () => {}, neverAborted),
        await own.run(keeping, () => {}, neverAborted),
      ];
      const count = async (): Promise<string> => {
        const output = collectOutput();
        await own.run(complete(commands.countSleepers), output.take, neverAborted);
        return output.texts().stdout;
      };
      expect(await count()).toBe('2\n');
      expect(await keptBy(first)?.end()).toMatchObject({ killed: 1 });
      expect(await count()).toBe('1\n');
      expect(await keptBy(second)?.end()).toMatchObject({ killed: 1 });
      expect(await count()).toBe('0\n');
      await own.close();
    });

    it('ends what runs when it is closed', async () => {
      const own = await openSession(await startContainer());
      const output = collectOutput();
      const running = own.run(complete(commands.endOnTerm), output.take, neverAborted);
      const end = Promise.allSettled([running]);
      await output.first;
      await own.close();
      const [settled] = await end;
      expect(settled?.status === 'rejected' || settled?.value.kind === 'cancelled').toBe(true);
    });

    it.each([
      ['removed', (id: string) => stand.runtime.containers.remove(id)],
      ['stopped', (id: string) => stand.runtime.containers.stop(id, 0)],
    ])('tells the end of a command from that of its container: %s', async (_, end) => {
      const container = await startContainer();
      const own = await openSession(container);
      const output = collectOutput();
      const running = codeOf(own.run(complete(commands.ignoreTerm), output.take, neverAborted));
      await output.first;
      await end(container);
      expect(['not_running', 'not_found']).toContain(await running);
      expect(['not_running', 'not_found']).toContain(
        await codeOf(own.run(complete(commands.succeed), () => {}, neverAborted)),
      );
      await own.close();
    });

    it('opens no session in a container that does not run', async () => {
      expect(await codeOf(openSession(await stand.create()))).toBe('not_running');
      expect(await codeOf(openSession(stand.newName()))).toBe('not_found');
    });
  });
}

function keptBy(outcome: ExecOutcome): KeptProcesses | undefined {
  return outcome.kind === 'exited' ? outcome.kept : undefined;
}

interface Ran {
  outcome: ExecOutcome;
  stdout: string;
  stderr: string;
}

function complete(command: Partial<ExecCommand>): ExecCommand {
  const { argv = [], env = {}, workdir = null, user = null, stdin = null, timeoutMs = 60_000 } = command;
  return {
    argv,
    env,
    workdir,
    user,
    stdin,
    timeoutMs,
    ...(command.processes && { processes: command.processes }),
    ...(command.mergeOutput && { mergeOutput: true }),
  };
}

const exitCodes = { SIGTERM: 143, SIGKILL: 137 } as const;

/** Plain exec tells a signal as an exit code. */
function expectSignal(outcome: ExecOutcome, signal: keyof typeof exitCodes): void {
  const asSignal: StepExit = { kind: 'signal', signal };
  const asCode: StepExit = { kind: 'code', code: exitCodes[signal] };
  expect([asSignal, asCode]).toContainEqual('exit' in outcome ? outcome.exit : null);
}
