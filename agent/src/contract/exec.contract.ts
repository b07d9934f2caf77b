/** Contract of `Containers`: commands and terminals in them. */

import { GridError } from '@cleangrid/core/errors.ts';
import { describe, expect, it } from 'vitest';
import type { Containers } from '../container-runtime.ts';
import { codeOf } from './code-of.ts';
import { collectOutput, type ContainerStand } from './container-stand.ts';
import { contractCommands as commands, largeOutputBytes, missingProgram } from './contract-commands.ts';

export function execContract(stand: () => ContainerStand): void {
  const containers = (): Containers => stand().runtime.containers;

  describe('exec', () => {
    it('keeps the streams apart and tells the exit code', async () => {
      expect(await stand().run(commands.bothStreams)).toEqual({
        exit: { kind: 'exited', code: 3 },
        stdout: 'out\n',
        stderr: 'err\n',
      });
    });

    it.each([0, 1, 126, 127, 137, 255])('takes exit code %i for what it is', async (code) => {
      const { exit } = await stand().run({ ...commands.exitCode, env: { CODE: String(code) } });
      expect(exit).toEqual({ kind: 'exited', code });
    });

    it('hands output over while the command runs', async () => {
      const output = collectOutput();
      const execution = await containers().exec(
        stand().shared,
        { argv: commands.oneThenTwo.argv, stdin: true },
        { output: output.take },
      );
      await output.first;
      expect(output.texts().stdout).toBe('one\n');
      execution.endInput();
      await execution.exited;
      expect(output.texts().stdout).toBe('one\ntwo\n');
    });

    it('holds the command back while its output is not taken', async () => {
      const released = Promise.withResolvers<void>();
      const taken = Promise.withResolvers<void>();
      let byteCount = 0;
      const execution = await containers().exec(
        stand().shared,
        { argv: commands.largeOutput.argv, stdin: false },
        {
          output: (_, chunk) => {
            byteCount += chunk.length;
            taken.resolve();
            return released.promise;
          },
        },
      );
      await taken.promise;
      const firstByteCount = byteCount;
      await stand().run(commands.succeed);
      expect(byteCount).toBe(firstByteCount);
      released.resolve();
      await execution.exited;
      expect(byteCount).toBe(largeOutputBytes);
    });

    it('carries every byte in and out', async () => {
      const input = allBytes(5_000_000);
      const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
      const execution = await containers().exec(
        stand().shared,
        { argv: commands.tee.argv, stdin: true },
        { output: (stream, chunk) => void chunks[stream].push(Buffer.from(chunk)) },
      );
      await execution.write(input);
      execution.endInput();
      await execution.exited;
      expect(Buffer.concat(chunks.stdout).equals(input)).toBe(true);
      expect(Buffer.concat(chunks.stderr).equals(input)).toBe(true);
    });

    it('loses no output of a command that stops reading, however slowly it is taken', async () => {
      let byteCount = 0;
      const execution = await containers().exec(
        stand().shared,
        { argv: commands.quitReading.argv, stdin: true },
        {
          output: async (_, chunk) => {
            byteCount += chunk.length;
            await new Promise((resolve) => setImmediate(resolve));
          },
        },
      );
      await execution.write(allBytes(5_000_000));
      execution.endInput();
      expect(await execution.exited).toEqual({ kind: 'exited', code: 0 });
      expect(byteCount).toBe(largeOutputBytes);
    });

    it('gives a command without input an empty one', async () => {
      expect(await stand().run(commands.countInput)).toMatchObject({ stdout: '0\n' });
    });

    it('waits for a command that closed its streams', async () => {
      expect(await stand().run(commands.closeStreams)).toMatchObject({ exit: { kind: 'exited', code: 4 } });
    });

    it.each([
      ['program', { argv: missingProgram }],
      ['user', { argv: commands.succeed.argv, user: 'no-such-user' }],
      ['working directory', { argv: commands.succeed.argv, workdir: '/no/such/directory' }],
    ])('tells a %s that does not exist from output', async (_, command) => {
      const ran = await stand().run(command);
      expect(ran).toMatchObject({ exit: { kind: 'refused' }, stdout: '', stderr: '' });
      expect(ran.exit).toHaveProperty('message', expect.stringMatching(/no.such/));
    });

    it('passes arguments, environment, user and directory on as they are', async () => {
      const expected = '[a b]["][\'][*][][-n][x\ny][$HOME]';
      expect(await stand().run(commands.printArguments)).toMatchObject({ stdout: expected });
      const env = { 'A.B': 'first\nsecond=$HOME' };
      const { stdout } = await stand().run({ ...commands.printEnvironment, env });
      expect(stdout).toContain('A.B=first\nsecond=$HOME\n');
      const where = await stand().run({ ...commands.whereAndWho, user: '1234', workdir: '/tmp' });
      expect(where.stdout).toBe('/tmp\n1234\n');
    });

    it('runs many commands at once', async () => {
      const codes = Array.from({ length: 20 }, (_, index) => index);
      const ran = await Promise.all(
        codes.map((code) => stand().run({ ...commands.exitCode, env: { CODE: String(code) } })),
      );
      expect(ran.map(({ exit }) => exit)).toEqual(codes.map((code) => ({ kind: 'exited', code })));
    });

    it('leaves a command running when told to', async () => {
      const left = new GridError('cancelled', 'left');
      const leave = new AbortController();
      const output = collectOutput();
      const execution = await containers().exec(
        stand().shared,
        { argv: commands.family.argv, stdin: false },
        { output: output.take, signal: leave.signal },
      );
      await output.first;
      leave.abort(left);
      await expect(execution.exited).rejects.toBe(left);
      expect((await stand().run(commands.countSleepers)).stdout).not.toBe('0\n');
    });

    it('refuses a container that does not run', async () => {
      expect(
        await codeOf(stand().run({ container: await stand().create(), argv: commands.succeed.argv })),
      ).toBe('not_running');
    });

    it('ends with its container', async () => {
      const container = await stand().start({ command: commands.idle.argv });
      const output = collectOutput();
      const execution = await containers().exec(
        container,
        { argv: commands.ignoreTerm.argv, stdin: false },
        { output: output.take },
      );
      await output.first;
      await containers().remove(container);
      const end = await execution.exited.catch((error: GridError) => error.code);
      expect([{ kind: 'exited', code: 137 }, 'not_found']).toContainEqual(end);
    });
  });

  it('gives a terminal its size, and a new one while it is open', async () => {
    const output = collectOutput();
    const terminal = await containers().openTerminal(
      stand().shared,
      { argv: commands.terminalSize.argv, size: { columns: 91, rows: 29 } },
      { output: output.take },
    );
    await output.first;
    await terminal.resize({ columns: 100, rows: 40 });
    await terminal.write(Buffer.from('\r'));
    expect(await terminal.exited).toEqual({ kind: 'exited', code: 5 });
    const { stdout } = output.texts();
    expect(stdout).toContain('40 100');
  });
}

/** Every byte value, in an order that does not repeat with any buffer's size. */
function allBytes(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8) * 7) & 0xff));
}
