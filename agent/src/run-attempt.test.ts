import { type AgentId, type RunId, type Sha256, type ShardId, id } from '@cleangrid/core/ids.ts';
import type { Delivery } from '@cleangrid/core/protocol.ts';
import type { StepEvidence } from '@cleangrid/core/result.ts';
import { pino } from 'pino';
import { noMeter } from '@cleangrid/core/metrics/meter.ts';
import type { Verdict } from '@cleangrid/core/verdict.ts';
import { expect, test } from 'vitest';
import {
  exited,
  idle,
  scenario,
  type Script,
  scriptedLease,
  step,
  watchThatSees,
} from './fake/scripted-scenario.ts';
import { expectsSomething } from './otlp/testing/intake-stand.ts';
import { createSpanReception } from './otlp/scenario-spans.ts';
import { createAttemptRunner } from './run-attempt.ts';
import type { ExecOutcome, KeptEnd } from './step-executor.ts';

const evidence: StepEvidence = {
  userCpuMs: 1,
  systemCpuMs: 1,
  peakMemoryBytes: 1,
  survivorsKilled: 0,
  oom: false,
  processesLeft: 'gone',
};
const delivery: Delivery = {
  ref: { run: id<RunId>('r'), shard: id<ShardId>('0'), attempt: 1 },
  agent: id<AgentId>('a'),
  boot: 1,
  publishNumber: 1,
  suite: id<Sha256>('s'),
  scenario: scenario([step('one')]),
  fresh: false,
  trace: null,
};

/** Runs the scenario of one step; `released` says whether what it ran in was tainted. */
async function run(
  script: Script,
  onRelease = (): void => undefined,
  change: Partial<Delivery> = {},
): Promise<{ verdict: Verdict; outcome: string; released: (string | null)[] }> {
  const released: (string | null)[] = [];
  const lease = scriptedLease(script, (tainted) => {
    released.push(tainted);
    onRelease();
  });
  const runner = createAttemptRunner({
    pool: {
      lease: async () => ({ kind: 'leased', lease }),
      describe: () => [],
      close: async () => undefined,
    },
    watch: watchThatSees({ kind: 'running' }),
    blobs: {
      has: async () => true,
      get: async () => new TextEncoder().encode('{"services":{}}'),
      put: async () => undefined,
    },
    clock: idle,
    logger: pino({ enabled: false }),
    meter: noMeter,
    reception: createSpanReception({
      clock: idle,
      host: 'h',
      grpc: () => () => undefined,
      logger: pino({ enabled: false }),
    }),
  });
  const nothing = (): undefined => undefined;
  const report = {
    preparing: nothing,
    started: nothing,
    stepStarted: nothing,
    stepFinished: nothing,
    spanEnded: nothing,
    spansArrived: nothing,
  };
  const { verdict } = await runner.run({ ...delivery, ...change }, report, new AbortController().signal);
  return { verdict, outcome: verdict.outcome, released };
}

test.each<[string, Partial<StepEvidence>, boolean]>([
  ['again after a step that left nothing', {}, false],
  ['no more after a step whose survivors were killed', { survivorsKilled: 1 }, true],
  ['no more after a step of which a process cannot be killed', { processesLeft: 'dirty' }, true],
])('lends a container %s', async (_, change, tainted) => {
  const { outcome, released } = await run(() => ({ ...exited(0), evidence: { ...evidence, ...change } }));
  expect(outcome).toBe('passed');
  expect(released.map((taint) => taint !== null)).toEqual([tainted]);
});

function keeping(end: () => Promise<KeptEnd>): ExecOutcome {
  const exit = { kind: 'code', code: 0 } as const;
  return {
    kind: 'exited',
    exit,
    durationMs: 1,
    evidence: { ...evidence, processesLeft: 'kept' },
    kept: { end },
  };
}

test.each<[string, () => Promise<KeptEnd>, boolean]>([
  ['again when what a step kept is gone', async () => ({ killed: 1, proved: true }), false],
  [
    'no more when it is not proved that what a step kept is gone',
    async () => ({ killed: 1, proved: false }),
    true,
  ],
  ['no more when what a step kept could not be ended', () => Promise.reject(new Error('gone')), true],
])('lends a container %s', async (_, end, tainted) => {
  const { outcome, released } = await run(() => keeping(end));
  expect(outcome).toBe('passed');
  expect(released.map((taint) => taint !== null)).toEqual([tainted]);
});

test('gives a container back only when what its steps kept is gone', async () => {
  const order: string[] = [];
  const end = async (): Promise<KeptEnd> => {
    order.push('end asked for');
    await new Promise(setImmediate);
    order.push('ended');
    return { killed: 1, proved: true };
  };
  await run(
    () => keeping(end),
    () => void order.push('given back'),
  );
  expect(order).toEqual(['end asked for', 'ended', 'given back']);
});

test('a scenario that expects spans is refused with that reason where plain exec has no way for them', async () => {
  const commands: string[] = [];
  const { verdict, released } = await run(
    ({ argv }) => {
      commands.push(argv.join(' '));
      return exited(0);
    },
    undefined,
    { scenario: { ...scenario([step('one')]), spans: expectsSomething } },
  );
  expect(verdict).toMatchObject({
    outcome: 'broken',
    reason: 'resource',
    message: expect.stringContaining('it expects spans'),
  });
  expect(commands).toEqual([]);
  expect(released).toEqual([null]);
});
