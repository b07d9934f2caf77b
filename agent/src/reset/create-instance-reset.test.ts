import type { ServiceReset } from '@cleangrid/core/plan.ts';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import { expect, test } from 'vitest';
import type { ExecOutcome, StepSession } from '../step-executor.ts';
import { createInstanceReset } from './create-instance-reset.ts';
import type { InstanceReset, ResetAnswer } from './instance-reset.ts';
import { plannedService } from './testing/planned-service.ts';

const neverAborted = new AbortController().signal;
const clean = { kind: 'clean' };
const base = { durationMs: 1, evidence: null };
const exited = (code: number): ExecOutcome => ({ ...base, kind: 'exited', exit: { kind: 'code', code } });

test('a command that exits with 0 makes a service clean', async () => {
  expect(await after({ strategy: 'exec', command: ['reset'], probe: null }, {})).toEqual(clean);
});

test('the container is replaced when the command fails, with the last line of its complaint', async () => {
  const complaint = { outcome: exited(1), stderr: 'trying\ncannot: locked\n' };
  expect(
    await after({ strategy: 'exec', command: ['reset', '-f'], probe: null }, { reset: complaint }),
  ).toEqual({
    kind: 'replace',
    reason: 'reset -f: cannot: locked',
  });
});

test.each<[string, ExecOutcome]>([
  ['reset did not end within 30s', { ...base, kind: 'timed_out', exit: null }],
  ['reset could not be started: no such file', { ...base, kind: 'not_started', message: 'no such file' }],
  ['reset ended with exit code 4', exited(4)],
  ['reset was ended by SIGKILL', { ...base, kind: 'exited', exit: { kind: 'signal', signal: 'SIGKILL' } }],
])('the container is replaced: %s', async (reason, outcome) => {
  const answer = await after({ strategy: 'exec', command: ['reset'], probe: null }, { reset: { outcome } });
  expect(answer).toEqual({ kind: 'replace', reason: `reset: ${reason}` });
});

test('a probe has the last word on whether a service is clean', async () => {
  const dirty = { probe: { outcome: exited(1), stderr: 'rows left\n' } };
  for (const reset of [
    { strategy: 'exec', command: ['reset'], probe: ['probe'] },
    { strategy: 'none', probe: ['probe'] },
  ] satisfies ServiceReset[])
    expect(await after(reset, dirty)).toEqual({ kind: 'replace', reason: 'probe: rows left' });
});

test('what no command can do has the container replaced', async () => {
  expect(await after({ strategy: 'recreate', probe: null }, {})).toEqual({
    kind: 'replace',
    reason: 'its reset is recreate',
  });
});

test('a service that keeps nothing needs no command at all', async () => {
  const ran: string[] = [];
  expect(await resetOf({ strategy: 'none', probe: null }, {}, ran).reset(neverAborted)).toEqual(clean);
  expect(ran).toEqual([]);
});

test('a lease that is given up while its service is reset hears of that alone', async () => {
  const reset = resetOf({ strategy: 'exec', command: ['reset'], probe: null }, {});
  await expect(reset.reset(AbortSignal.abort(new Error('given up')))).rejects.toThrow('given up');
});

/** By program. */
type Behaviour = Record<string, { outcome: ExecOutcome; stderr?: string }>;

function after(reset: ServiceReset, behaviour: Behaviour): Promise<ResetAnswer> {
  return resetOf(reset, behaviour).reset(neverAborted);
}

function resetOf(reset: ServiceReset, behaviour: Behaviour, ran: string[] = []): InstanceReset {
  const session: StepSession = {
    kind: 'plain',
    tunnels: null,
    async run({ argv: [program = ''] }, output) {
      ran.push(program);
      const { outcome, stderr = '' } = behaviour[program] ?? { outcome: exited(0) };
      await output('stderr', Buffer.from(stderr));
      return outcome;
    },
    close: async () => {},
  };
  const service = plannedService({ image: 'any', reset });
  return createInstanceReset({ service, session, setup: [], clock: systemClock });
}
