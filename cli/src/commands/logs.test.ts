import type { LogLine, LogOptions } from '@cleangrid/agent/container-runtime.ts';
import type { ContainerRuntime } from '@cleangrid/agent/container-runtime.ts';
import { createFakeRuntime } from '@cleangrid/agent/fake/fake-runtime.ts';
import { virtualClock } from '@cleangrid/agent/fake/virtual-clock.ts';
import { expect, test } from 'vitest';
import { fakeContext } from '../fake/fake-context.ts';
import { fakePool } from '../fake/fake-pool.ts';
import { machineContainer } from '../fake/machine-container.ts';
import { logsCommand } from './logs.ts';

const line = (text: string, stream: LogLine['stream'] = 'stdout'): LogLine => ({
  stream,
  text,
  at: '2026-01-01T00:00:00.000000001Z',
});

/** A container `cleangrid-1` of the service db that said this. */
function stand(lines: readonly LogLine[]) {
  const runtime = createFakeRuntime({ clock: virtualClock(), images: {}, programs: () => null });
  const asked: LogOptions[] = [];
  const host: ContainerRuntime = {
    ...runtime,
    containers: {
      ...runtime.containers,
      async *logs(_, options) {
        asked.push(options);
        yield* lines;
      },
      get: async () => ({ state: 'exited' }) as never,
    },
  };
  const pool = fakePool([machineContainer({ container: 'cleangrid-1' })], { host });
  return { context: fakeContext({ pool }), asked };
}

test.each(['db', 'cleangrid-1', 'cleangrid'])('prints the log of what is called %s', async (name) => {
  const { context } = stand([line('LOG:  ready'), line('\u001b[31mboom', 'stderr')]);
  expect(await logsCommand(name, {}, context)).toBe(0);
  expect(context.console.written.stdout).toBe(
    '2026-01-01T00:00:00.000000001Z info  LOG:  ready\n2026-01-01T00:00:00.000000001Z warn  boom\n',
  );
});

test('prints JSON, a line as it was said in each', async () => {
  const { context } = stand([line('{"level":50,"msg":"boom"}')]);
  await logsCommand('db', { json: true }, context);
  expect(JSON.parse(context.console.written.stdout)).toEqual({
    timestamp: '2026-01-01T00:00:00.000000001Z',
    level: 'error',
    message: '{"level":50,"msg":"boom"}',
  });
});

test('asks for the last lines, and for those since a time', async () => {
  const { context, asked } = stand([]);
  await logsCommand('db', { tail: 5, since: 1000 }, context);
  await logsCommand('db', { follow: true, since: 1000 }, context);
  const sinceMs = context.clock.nowMs() - 1000;
  expect(asked).toMatchObject([
    { tail: 5, sinceMs, follow: false },
    { sinceMs, follow: false },
  ]);
});

test('ends when nobody reads any more', async () => {
  const { context } = stand([line('one'), line('two')]);
  context.console.leave();
  expect(await logsCommand('db', {}, context)).toBe(0);
  expect(context.console.written.stdout).not.toContain('two');
});

test('looks for a run where no container is called so, which takes none of the flags', async () => {
  const { context } = stand([]);
  await expect(logsCommand('bd', {}, context)).rejects.toMatchObject({ message: 'there is no run bd' });
  for (const flags of [{ json: true as const }, { tail: 1 }, { since: 1 }])
    await expect(logsCommand('bd', flags, context)).rejects.toMatchObject({
      message: 'bd is not a container of this machine',
    });
});

test('looks for a run of the grid that is named', async () => {
  const { context, asked } = stand([]);
  const failing = logsCommand('db', { grid: 'ci:7443' }, context);
  await expect(failing).rejects.toMatchObject({ message: 'there is no run db' });
  expect(asked).toEqual([]);
});
