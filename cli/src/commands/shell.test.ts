import type { ContainerRuntime } from '@cleangrid/agent/container-runtime.ts';
import { createFakeRuntime } from '@cleangrid/agent/fake/fake-runtime.ts';
import type { FakeProgram } from '@cleangrid/agent/fake/fake-process.ts';
import { virtualClock } from '@cleangrid/agent/fake/virtual-clock.ts';
import { GridError } from '@cleangrid/core/errors.ts';
import { expect, test } from 'vitest';
import { fakeContext } from '../fake/fake-context.ts';
import { fakePool } from '../fake/fake-pool.ts';
import { machineContainer } from '../fake/machine-container.ts';
import type { MachineContainer } from '../machine-pool.ts';
import { shellCommand } from './shell.ts';

interface Stood {
  isTerminal?: boolean;
  container?: Partial<MachineContainer>;
}

/** A container `c1`, of the service db, that runs these programs by the last word of a command. */
async function stand(programs: Record<string, FakeProgram>, { isTerminal = false, container }: Stood = {}) {
  const host: ContainerRuntime = createFakeRuntime({
    clock: virtualClock(),
    images: { i: { id: 'i', command: ['idle'] } },
    programs: (argv) =>
      argv[0] === 'idle' ? () => new Promise(() => undefined) : (programs[argv.at(-1) ?? ''] ?? null),
  });
  await host.containers.create({ name: 'c1', image: 'i', labels: {} });
  await host.containers.start('c1');
  const pool = fakePool([machineContainer({ container: 'c1', ...container })], { host });
  const context = fakeContext({ pool, console: { isTerminal } });
  return { pool, context, host };
}

/** Says where it is, then what it reads, and ends with 7. */
const echo: FakeProgram = async (process) => {
  await process.write('stdout', `${process.options.env['TERM'] ?? 'pipe'} ${process.size?.columns ?? ''}\n`);
  await process.write('stderr', 'warned\n');
  for (let chunk = await process.read(); chunk; chunk = await process.read()) {
    if (new TextDecoder().decode(chunk) === 'quit') return process.size?.columns ?? 0;
    await process.write('stdout', chunk);
  }
  return 7;
};

test('is a pipe where nobody types, and ends as the command does', async () => {
  const { context, pool } = await stand({ echo });
  const done = shellCommand('db', ['echo'], context);
  context.console.type('select 1\n');
  context.console.endInput();
  expect(await done).toBe(7);
  expect(context.console.written).toEqual({ stdout: 'pipe \nselect 1\n', stderr: 'warned\n' });
  expect(context.console.done).toEqual(['closed']);
  expect(pool.asked).toEqual([{ visit: 'c1' }]);
});

test('is a terminal as wide as the window where somebody types, and gives the keys back', async () => {
  const { context } = await stand({ echo }, { isTerminal: true });
  const done = shellCommand('c1', ['echo'], context);
  await expect.poll(() => context.console.written.stdout).toBe('vt100 80\nwarned\n');
  context.console.resize({ columns: 120, rows: 40 });
  context.console.type('quit');
  expect(await done).toBe(120);
  expect(context.console.done).toEqual(['keys', 'restored', 'closed']);
});

test('prefers bash, where there is a shell at all', async () => {
  const shell = 'if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi';
  const { context } = await stand({ [shell]: async () => 0 });
  expect(await shellCommand('db', [], context)).toBe(0);
  const { context: without } = await stand({});
  await expect(shellCommand('db', [], without)).rejects.toMatchObject({ code: 'bad_usage' });
});

test.each<[string, Partial<MachineContainer>, string]>([
  [
    'of a service that nobody uses',
    {},
    'c1 (db): no run gets it any more; it is removed when you leave, and another one made when it is needed\n',
  ],
  [
    'in use',
    { state: 'leased', holder: 'checkout' },
    'c1 (db): in use by checkout, which goes on; no run gets it after that',
  ],
  [
    'of a lease',
    { kind: 'lease', state: 'leased', deadlineMs: fakeContext().clock.nowMs() + 120_000 },
    'c1 (db): your lease, which goes in 2min\n',
  ],
])('says what becomes of a container %s', async (_, container, said) => {
  const { context } = await stand({ true: async () => 0 }, { container });
  await shellCommand('db', ['true'], context);
  expect(context.terminal.err.text()).toContain(said);
});

test('gives the keys back when the connection breaks', async () => {
  const { context, host } = await stand({}, { isTerminal: true });
  host.containers.openTerminal = () => Promise.reject(new GridError('daemon_unreachable', 'gone'));
  await expect(shellCommand('db', [], context)).rejects.toMatchObject({ code: 'daemon_unreachable' });
  expect(context.console.done).toEqual(['keys', 'restored', 'closed']);
});

test('ends with 4, the keys given back, when it is told to end', async () => {
  const { context } = await stand({ echo }, { isTerminal: true });
  const done = shellCommand('db', ['echo'], context);
  await expect.poll(() => context.console.written.stdout).not.toBe('');
  context.press('SIGHUP');
  expect(await done).toBe(4);
  expect(context.console.done).toEqual(['keys', 'restored', 'closed']);
});

test('says that there is no such container', async () => {
  const { context } = await stand({});
  await expect(shellCommand('bd', [], context)).rejects.toMatchObject({
    code: 'bad_usage',
    message: 'there is no container bd',
  });
});
