import type { Duplex } from 'node:stream';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../contract/code-of.ts';
import type { ExecExit } from '../../container-runtime.ts';
import { exec } from './exec.ts';
import { answerJson, type StubDaemon, startStubDaemon } from './stub-daemon.ts';

interface Scene {
  /** What the daemon does with the connection of the exec. */
  connection: (connection: Duplex) => void;
  /** What it says of the exec, one after the other; null: there is none. */
  states: ({ Running: boolean; ExitCode: number | null; Pid: number } | null)[];
}

const running = { Running: true, ExitCode: null, Pid: 7 };

function frame(text: string, byteCount = text.length): Buffer {
  const header = Buffer.from([1, 0, 0, 0, 0, 0, 0, byteCount]);
  return Buffer.concat([header, Buffer.from(text)]);
}

describe('an exec', () => {
  let daemon: StubDaemon | undefined;
  afterEach(() => daemon?.close());

  async function play(scene: Scene): Promise<{ exit: Promise<ExecExit>; output: () => string }> {
    const states = [...scene.states];
    daemon = await startStubDaemon(
      systemClock,
      (request, response) => {
        if (request.method === 'POST') return answerJson(201, { Id: 'e' })(request, response);
        const state = states.shift();
        const answer = state
          ? answerJson(200, state)
          : answerJson(404, { message: 'No such exec instance: e' });
        return answer(request, response);
      },
      scene.connection,
    );
    let output = '';
    const execution = await exec(
      daemon.api,
      { container: 'c', command: { argv: ['x'], stdin: false } },
      { output: (_, chunk) => void (output += Buffer.from(chunk).toString()) },
    );
    return { exit: execution.exited, output: () => output };
  }

  it('has not ended because its connection has', async () => {
    const { exit, output } = await play({
      connection: (connection) => connection.end(frame('hi')),
      states: [running, running, running, { Running: false, ExitCode: 3, Pid: 7 }],
    });
    expect(await exit).toEqual({ kind: 'exited', code: 3 });
    expect(output()).toBe('hi');
  });

  it('is lost when the daemon that came back does not know it', async () => {
    const { exit } = await play({ connection: (connection) => connection.end(), states: [null] });
    expect(await codeOf(exit)).toBe('not_found');
  });

  it('is lost when its output was cut, whatever its exit code', async () => {
    const { exit } = await play({
      connection: (connection) => connection.end(frame('hi', 100)),
      states: [running, { Running: false, ExitCode: 0, Pid: 7 }],
    });
    expect(await codeOf(exit)).toBe('daemon_unreachable');
  });

  it('never started when the daemon says so on its output', async () => {
    const { exit, output } = await play({
      connection: (connection) => connection.end(frame('OCI runtime exec failed: no\r\n')),
      states: Array.from({ length: 2 }, () => ({ Running: false, ExitCode: 126, Pid: 0 })),
    });
    expect(await exit).toEqual({ kind: 'refused', message: 'OCI runtime exec failed: no' });
    expect(output()).toBe('');
  });
});
