import type { Clock } from '@cleangrid/core/clock.ts';
import { expect, test } from 'vitest';
import { id, type ServiceName } from '@cleangrid/core/ids.ts';
import { exited, idle, label, place, run, type Script, step } from './fake/scripted-scenario.ts';

const dbFact = { kind: 'service', service: id<ServiceName>('db') } as const;

test('passes when every step does', async () => {
  const { verdict, outcomes } = await run([step('one'), step('two')]);
  expect(label(verdict)).toBe('passed');
  expect(outcomes).toEqual(['one: passed', 'two: passed']);
});

test('says of each step where and how it was run', async () => {
  const { results } = await run([step('one')]);
  expect(results[0]?.where).toEqual({ agent: 'a', container: 'c', service: null, executor: 'plain' });
  expect(results[0]?.evidence).toBeNull();
});

test('asks for merged output and kept processes where a step does', async () => {
  const { commands } = await run([step('plain'), step('daemon', { mergeOutput: true, processes: 'keep' })]);
  expect(commands.map(({ mergeOutput, processes }) => [mergeOutput, processes])).toEqual([
    [false, 'none'],
    [true, 'keep'],
  ]);
});

test('skips what follows a failed step, but not the teardown', async () => {
  const { verdict, outcomes, tainted } = await run([
    step('fail'),
    step('later'),
    step('clean up', { phase: 'teardown' }),
  ]);
  expect(label(verdict)).toBe('failed (expectation)');
  expect(outcomes).toEqual([
    'fail: failed (expectation)',
    'later: skipped (earlier_step)',
    'clean up: passed',
  ]);
  expect(tainted).toBe(false);
});

test('goes on after a failed step that says so, and still fails the scenario', async () => {
  const { verdict, outcomes } = await run([step('fail', { continueOnFailure: true }), step('later')]);
  expect(label(verdict)).toBe('failed (expectation)');
  expect(outcomes).toEqual(['fail: failed (expectation)', 'later: passed']);
});

test('fails a scenario whose setup fails with the reason setup, and skips its steps', async () => {
  const { verdict, outcomes } = await run([
    step('fail', { phase: 'setup' }),
    step('second setup', { phase: 'setup' }),
    step('work'),
    step('clean up', { phase: 'teardown' }),
  ]);
  expect(label(verdict)).toBe('failed (setup)');
  expect(outcomes).toEqual([
    'fail: failed (expectation)',
    'second setup: skipped (setup)',
    'work: skipped (setup)',
    'clean up: passed',
  ]);
});

test('fails a scenario whose teardown fails', async () => {
  const { verdict } = await run([step('work'), step('fail', { phase: 'teardown' })]);
  expect(label(verdict)).toBe('failed (expectation)');
});

test('hands captured values to later steps, as arguments and environment', async () => {
  const { commands } = await run(
    [
      step('make', {
        captures: [{ name: 'order', from: { kind: 'stdout', pattern: '\\d+' }, source: place }],
      }),
      step('use', {
        command: { kind: 'argv', argv: [['use'], ['order ', { kind: 'capture', name: 'order' }]] },
        env: { ORDER: [{ kind: 'capture', name: 'order' }] },
      }),
    ],
    {
      script: async ({ argv }, output) => {
        if (argv[0] === 'make') await output('stdout', new TextEncoder().encode('id 42\n'));
        return exited(0);
      },
    },
  );
  expect(commands[1]?.argv).toEqual(['use', 'order 42']);
  expect(commands[1]?.env).toEqual({ ORDER: '42' });
});

test('tells every step in its environment how to reach the services, unless it says otherwise itself', async () => {
  const db = { host: 'db', port: '5432', url: 'postgres://db' };
  const { commands } = await run(
    [step('one'), step('two', { env: { CLEANGRID_DB_PORT: ['1'], URL: [{ ...dbFact, fact: 'url' }] } })],
    { services: new Map([[dbFact.service, db]]) },
  );
  const known = { CLEANGRID_DB_HOST: 'db', CLEANGRID_DB_PORT: '5432', CLEANGRID_DB_URL: 'postgres://db' };
  expect(commands[0]?.env).toEqual(known);
  expect(commands[1]?.env).toEqual({ ...known, CLEANGRID_DB_PORT: '1', URL: 'postgres://db' });
});

test('fails a step whose capture finds nothing', async () => {
  const captures = [{ name: 'order', from: { kind: 'stdout' as const, pattern: '\\d+' }, source: place }];
  const { outcomes, results } = await run([step('make', { captures })]);
  expect(outcomes).toEqual(['make: failed (capture)']);
  expect(results[0]?.failedChecks[0]).toMatchObject({ what: 'capture order', source: place });
});

test('skips a teardown that needs a value which was never captured, and still fails the scenario for its own reason', async () => {
  const captures = [{ name: 'order', from: { kind: 'stdout' as const, pattern: '\\d+' }, source: place }];
  const { verdict, outcomes } = await run([
    step('fail', { captures }),
    step('delete', { phase: 'teardown', env: { ORDER: [{ kind: 'capture', name: 'order' }] } }),
    step('clean up', { phase: 'teardown' }),
  ]);
  expect(label(verdict)).toBe('failed (expectation)');
  expect(outcomes).toEqual([
    'fail: failed (expectation)',
    'delete: skipped (earlier_step)',
    'clean up: passed',
  ]);
});

/** Ends when its signal aborts, as an executor does. */
const endless: Script = (_command, _output, signal) =>
  new Promise((resolve) => {
    const end = (): void => resolve({ kind: 'cancelled', exit: null, durationMs: 1, evidence: null });
    if (signal.aborted) end();
    signal.addEventListener('abort', end);
  });

test("fails the step that the scenario's timeout ends, skips the rest, runs the teardown", async () => {
  let fire = (): void => undefined;
  const clock: Clock = { ...idle, after: (_delay, timer) => ((fire = timer), () => undefined) };
  const script: Script = (command, output, signal) => {
    if (command.argv[0] !== 'work') return exited(0);
    queueMicrotask(fire);
    return endless(command, output, signal);
  };
  const steps = [step('work'), step('later', {}), step('clean up', { phase: 'teardown' })];
  const { verdict, outcomes, tainted } = await run(steps, { clock, script });
  expect(label(verdict)).toBe('failed (timeout)');
  expect(outcomes).toEqual(['work: failed (timeout)', 'later: skipped (earlier_step)', 'clean up: passed']);
  expect(tainted).toBe(true);
});

test('cancels the running step and everything after it, and taints what it ran in', async () => {
  const abort = new AbortController();
  const script: Script = (command, output, signal) => {
    queueMicrotask(() => abort.abort());
    return endless(command, output, signal);
  };
  const steps = [step('work'), step('later'), step('clean up', { phase: 'teardown' })];
  const { verdict, outcomes, tainted } = await run(steps, { script, signal: abort.signal });
  expect(label(verdict)).toBe('cancelled (user)');
  expect(outcomes).toEqual([
    'work: cancelled (user)',
    'later: cancelled (user)',
    'clean up: cancelled (user)',
  ]);
  expect(tainted).toBe(true);
});
