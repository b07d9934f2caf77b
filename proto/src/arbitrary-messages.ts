/** Arbitrary values of everything that travels, for property tests. */

import type { PlannedScenario, PlannedStep } from '@cleangrid/core/plan.ts';
import type { AttemptRef, Epoch, PackedDelivery, ToAgent } from '@cleangrid/core/protocol.ts';
import type { KeptOutput, StepResult } from '@cleangrid/core/result.ts';
import type { RunEvent, RunRecord, ScenarioRecord, StepRecord } from '@cleangrid/core/run-service.ts';
import {
  brokenReasons,
  cancelledReasons,
  failedReasons,
  skippedReasons,
  type Verdict,
} from '@cleangrid/core/verdict.ts';
import type { SpanExpectations } from '@cleangrid/core/trace/span-expectations.ts';
import fc, { type Arbitrary } from 'fast-check';
import type { AgentMessage } from './wire-from-agent.ts';

const text = fc.string({ unit: 'binary' });
/** Ids are strings with a brand that no value has. */
const id = text as Arbitrary<never>;
const count = fc.nat();
const counter = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const measured = fc.double({ min: 0, max: Number.MAX_SAFE_INTEGER, noNaN: true }).map((value) => value + 0);
const nullable = <Value>(value: Arbitrary<Value>): Arbitrary<Value | null> => fc.option(value);

const ref: Arbitrary<AttemptRef> = fc.record({ run: id, shard: id, attempt: count });
const epoch: Arbitrary<Epoch> = fc.record({ grid: id, number: count });
const source = fc.record({ file: text, line: count, column: count });
const executor = fc.constantFrom('plain', 'supervisor', 'none');
const log = fc.record({ service: id, lines: fc.array(text) });

function unhappy<Outcome extends string, Reason extends string>(
  outcome: Outcome,
  reasons: readonly Reason[],
) {
  return fc.record({ outcome: fc.constant(outcome), reason: fc.constantFrom(...reasons), message: text });
}

const verdict: Arbitrary<Verdict> = fc.oneof(
  fc.constant<Verdict>({ outcome: 'passed' }),
  unhappy('failed', failedReasons),
  unhappy('broken', brokenReasons),
  unhappy('skipped', skippedReasons),
  unhappy('cancelled', cancelledReasons),
);

/** What was not kept was there: an output of no bytes has no text. */
const output: Arbitrary<KeptOutput> = fc.oneof(
  fc.constant({ head: '', tail: '', totalBytes: 0, cutBytes: 0 }),
  fc.record({ head: text, tail: text, totalBytes: count.map((bytes) => bytes + 1), cutBytes: count }),
);

const check = fc.record({ what: text, expected: text, actual: text, source: nullable(source) });

export const result: Arbitrary<StepResult> = fc.record({
  step: id,
  verdict,
  startedAtMs: nullable(measured),
  durationMs: measured,
  exit: nullable(
    fc.oneof(
      fc.record({ kind: fc.constant('code'), code: fc.integer() }),
      fc.record({ kind: fc.constant('signal'), signal: text }),
    ),
  ),
  failedChecks: fc.array(check),
  stdout: output,
  stderr: output,
  where: nullable(fc.record({ agent: id, container: text, service: nullable(id), executor })),
  evidence: nullable(
    fc.record({
      userCpuMs: measured,
      systemCpuMs: measured,
      peakMemoryBytes: measured,
      survivorsKilled: count,
      oom: fc.boolean(),
      processesLeft: fc.constantFrom('gone', 'kept', 'dirty'),
    }),
  ),
});

const poolCount = fc.record({ label: text, ready: count, leased: count, changing: count });

export const fromAgent: Arbitrary<AgentMessage> = fc.oneof(
  fc.record({
    kind: fc.constant('hello'),
    agent: id,
    boot: counter,
    connection: count,
    version: text,
    host: text,
    slots: count,
    executor,
    holds: fc.array(ref),
    epoch: nullable(epoch),
  }),
  fc.record({ kind: fc.constantFrom('accepted', 'started'), ref }),
  fc.record(
    {
      kind: fc.constant('frame'),
      ref,
      seq: count,
      results: fc.array(result),
      spans: fc.record({ count: fc.integer({ min: 1, max: 1000 }), otlp: fc.uint8Array() }),
    },
    { requiredKeys: ['kind', 'ref', 'seq', 'results'] },
  ),
  fc.record({
    kind: fc.constant('close'),
    ref,
    close: fc.record({
      lastSeq: count,
      verdict,
      durationMs: measured,
      waitedMs: measured,
      reused: fc.boolean(),
      failedChecks: fc.array(check),
      serviceLogs: fc.array(log),
    }),
  }),
  fc.record({ kind: fc.constant('stopped'), ref, survivors: count }),
  fc.record({ kind: fc.constant('progress'), ref, step: id }),
  fc.record({ kind: fc.constant('preparing'), ref, message: text }),
  fc.record({ kind: fc.constant('pool'), pool: fc.array(poolCount) }),
);

const answer = fc.constantFrom('stored', 'stale');

export const toAgent: Arbitrary<ToAgent> = fc.oneof(
  fc.record({
    kind: fc.constant('welcome'),
    epoch,
    mailbox: text,
    kill: fc.array(ref),
    settings: fc.record({ beatIntervalMs: measured }),
  }),
  fc.record({ kind: fc.constant('refused'), reason: text }),
  fc.record({ kind: fc.constantFrom('acceptStored', 'closeStored'), ref, answer }),
  fc.record({ kind: fc.constant('framesStored'), ref, seq: count, answer }),
  fc.record({ kind: fc.constant('revoke'), ref }),
);

const counts = fc.record({
  passed: count,
  failed: count,
  broken: count,
  skipped: count,
  cancelled: count,
  flaky: count,
});

const run: Arbitrary<RunRecord> = fc.record({
  run: id,
  suites: fc.array(text),
  state: fc.constantFrom('submitting', 'running', 'finished', 'interrupted'),
  cancelling: fc.boolean(),
  traceMode: fc.constantFrom('single', 'linked', 'off'),
  traceUrl: nullable(text),
  submittedAtMs: measured,
  finishedAtMs: nullable(measured),
  scenarioCount: count,
  stepCount: count,
  scenarios: counts,
  steps: counts,
});

export const step: Arbitrary<StepRecord> = fc.record({
  id,
  name: text,
  phase: fc.constantFrom('setup', 'steps', 'teardown'),
  source,
  command: text,
  expectDigest: text,
  result: nullable(result),
});

const spanExpectations: Arbitrary<SpanExpectations | null> = nullable(
  fc.array(fc.record({ kind: fc.constant('must_include'), from: text, to: text, source }), { minLength: 1 }),
);

export const scenario: Arbitrary<ScenarioRecord> = fc.record({
  id,
  suite: text,
  file: text,
  name: text,
  tags: fc.array(text),
  source,
  verdict: nullable(verdict),
  flaky: fc.boolean(),
  durationMs: measured,
  waitedMs: measured,
  attempts: fc.array(
    fc.record({
      shard: id,
      attempt: count,
      agent: id,
      host: text,
      fresh: fc.boolean(),
      state: fc.constantFrom('assigned', 'accepted', 'running', 'closed', 'lost', 'superseded'),
      verdict: nullable(verdict),
    }),
  ),
  steps: fc.array(step, { maxLength: 5 }),
  failedChecks: fc.array(check),
  serviceLogs: fc.array(log),
  spanExpectations,
});

export const event: Arbitrary<RunEvent> = fc
  .tuple(
    counter,
    fc.oneof(
      fc.record({ kind: fc.constantFrom('run_started', 'run_finished'), record: run }),
      fc.record({
        kind: fc.constant('scenario_started'),
        scenario: id,
        suite: text,
        name: text,
        attempt: count,
        agent: id,
        host: text,
      }),
      fc.record({ kind: fc.constant('step_started'), scenario: id, step: id, name: text }),
      fc.record({ kind: fc.constant('scenario_preparing'), scenario: id, name: text, message: text }),
      fc.record({ kind: fc.constant('step_finished'), scenario: id, name: text, result }),
      fc.record({ kind: fc.constant('steps_passed'), scenario: id, steps: fc.array(id) }),
      fc.record({ kind: fc.constant('scenario_retried'), scenario: id, name: text, attempt: count, verdict }),
      scenario.map((record) => ({ kind: 'scenario_finished' as const, scenario: record.id, record })),
      fc.record({ kind: fc.constant('waiting'), message: text }),
    ),
  )
  .map(([cursor, kind]) => ({ cursor, ...kind }));

export const planned: Arbitrary<PlannedScenario> = fc.record({
  id,
  suite: count,
  name: text,
  tags: fc.array(text),
  services: fc.array(id),
  image: nullable(text),
  order: fc.constantFrom('sequential', 'independent'),
  timeoutMs: count,
  retries: count,
  pollutionCheck: fc.boolean(),
  spans: spanExpectations,
  steps: fc.constant<PlannedStep[]>([]),
  source,
});
export const delivery: Arbitrary<PackedDelivery> = fc.record({
  ref,
  agent: id,
  boot: counter,
  publishNumber: count,
  suite: id,
  scenarioJson: planned.map((scenario) => JSON.stringify(scenario)),
  fresh: fc.boolean(),
  trace: nullable(fc.record({ traceId: text, spanId: text })),
});
