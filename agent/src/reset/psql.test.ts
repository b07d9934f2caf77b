import { expect, test } from 'vitest';
import { plannedService } from '../pool/pool-stand.ts';
import type { ExecOutcome, OutputSink, StepSession } from '../step-executor.ts';
import { neverAborted } from '../supervisor/testing/supervised-stand.ts';
import { createPsql } from './psql.ts';

const mark = 'cleangrid: so far\n';
const script = { database: 'db', sql: 'a', after: 'b' };

/** A session in which one psql runs, that writes and ends as the test wants. */
function stand() {
  const begun = Promise.withResolvers<{ output: OutputSink; signal: AbortSignal }>();
  const ended = Promise.withResolvers<ExecOutcome>();
  const session: StepSession = {
    kind: 'supervisor',
    tunnels: null,
    run(_command, output, signal) {
      begun.resolve({ output, signal });
      return ended.promise;
    },
    close: async () => undefined,
  };
  const psql = createPsql(session, { service: plannedService('db'), user: 'postgres' });
  return {
    psql,
    write: async (text: string) => (await begun.promise).output('stdout', Buffer.from(text)),
    isAborted: async () => (await begun.promise).signal.aborted,
    end: (code: number) =>
      ended.resolve({ kind: 'exited', exit: { kind: 'code', code }, durationMs: 1, evidence: null }),
  };
}

test('tells what the first part printed while the second runs, which no signal ends then', async () => {
  const { psql, write, isAborted, end } = stand();
  const stop = new AbortController();
  const running = psql.runAhead(script, stop.signal);
  await write('dirt\ncleangrid: ');
  await write('so far\n');
  const { first, rest } = await running;
  expect(first).toMatchObject({ stdout: 'dirt\n', problem: null });
  stop.abort();
  expect(await isAborted()).toBe(false);
  await write('more\n');
  end(1);
  expect(await rest).toMatchObject({ stdout: 'more\n', problem: 'psql ended with exit code 1' });
});

test('has no second part where the first one fails', async () => {
  const { psql, write, end } = stand();
  const running = psql.runAhead(script, neverAborted);
  await write('dirt\n');
  end(3);
  const { first, rest } = await running;
  expect(first).toMatchObject({ stdout: 'dirt\n', problem: 'psql ended with exit code 3' });
  expect(await rest).toBeNull();
});

test('is ended by its signal during the first part', async () => {
  const { psql, isAborted, end } = stand();
  const stop = new AbortController();
  const running = psql.runAhead(script, stop.signal);
  stop.abort(new Error('nobody waits'));
  expect(await isAborted()).toBe(true);
  end(1);
  await expect(running).rejects.toThrow('nobody waits');
});

test('waits for the end of a first part that prints more than can be looked at', async () => {
  const { psql, write, end } = stand();
  const running = psql.runAhead(script, neverAborted);
  const much = 'dirt\n'.repeat(20_000);
  await write(much);
  await write(mark);
  end(0);
  expect((await running).first.stdout).toBe(much);
});
