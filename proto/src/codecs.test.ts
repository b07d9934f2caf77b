import { fromBinary, toBinary } from '@bufbuild/protobuf';
import type { AgentMessage } from './wire-from-agent.ts';
import type { PlannedStep } from '@cleangrid/core/plan.ts';
import type { AttemptRef, Delivery, Epoch, ToAgent } from '@cleangrid/core/protocol.ts';
import type { KeptOutput, StepResult } from '@cleangrid/core/result.ts';
import type { RunEvent, RunRecord, ScenarioRecord } from '@cleangrid/core/run-service.ts';
import {
  brokenReasons,
  cancelledReasons,
  failedReasons,
  skippedReasons,
  type Verdict,
} from '@cleangrid/core/verdict.ts';
import { GridError } from '@cleangrid/core/errors.ts';
import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FromAgentSchema, ToAgentSchema } from './gen/cleangrid/v1/agents_pb.ts';
import { RunEventSchema, ScenarioPartSchema } from './gen/cleangrid/v1/runs_pb.ts';
import { ScenarioJoiner, scenarioParts } from './scenario-parts.ts';
import { decodeDelivery, encodeDelivery, encodeScenarioJson } from './wire-delivery.ts';
import { decodeFromAgent, encodeFromAgent } from './wire-from-agent.ts';
import { decodeScenarios, encodePlanPart } from './wire-plan.ts';
import { encodeRunEvent, RunEventReader } from './wire-run-event.ts';
import { decodeToAgent, encodeToAgent } from './wire-to-agent.ts';

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

const result: Arbitrary<StepResult> = fc.record({
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
  failedChecks: fc.array(fc.record({ what: text, expected: text, actual: text, source: nullable(source) })),
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

const fromAgent: Arbitrary<AgentMessage> = fc.oneof(
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
  fc.record({ kind: fc.constant('frame'), ref, seq: count, results: fc.array(result) }),
  fc.record({
    kind: fc.constant('close'),
    ref,
    close: fc.record({
      lastSeq: count,
      verdict,
      durationMs: measured,
      waitedMs: measured,
      serviceLogs: fc.array(log),
    }),
  }),
  fc.record({ kind: fc.constant('stopped'), ref, survivors: count }),
  fc.record({ kind: fc.constant('progress'), ref, step: id }),
  fc.record({ kind: fc.constant('preparing'), ref, message: text }),
);

const answer = fc.constantFrom('stored', 'stale');

const toAgent: Arbitrary<ToAgent> = fc.oneof(
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
  fc.record({ kind: fc.constant('drain') }),
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
  submittedAtMs: measured,
  finishedAtMs: nullable(measured),
  scenarioCount: count,
  stepCount: count,
  scenarios: counts,
  steps: counts,
});

const step = fc.record({
  id,
  name: text,
  phase: fc.constantFrom('setup', 'steps', 'teardown'),
  source,
  command: text,
  result: nullable(result),
});

const scenario: Arbitrary<ScenarioRecord> = fc.record({
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
      attempt: count,
      agent: id,
      host: text,
      state: fc.constantFrom('assigned', 'accepted', 'running', 'closed', 'lost', 'superseded'),
      verdict: nullable(verdict),
    }),
  ),
  steps: fc.array(step, { maxLength: 5 }),
  serviceLogs: fc.array(log),
});

const event: Arbitrary<RunEvent> = fc
  .tuple(
    counter,
    fc.oneof(
      fc.record({ kind: fc.constantFrom('run_started', 'run_finished'), record: run }),
      fc.record({
        kind: fc.constant('scenario_started'),
        scenario: id,
        name: text,
        attempt: count,
        agent: id,
        host: text,
      }),
      fc.record({ kind: fc.constant('step_started'), scenario: id, step: id, name: text }),
      fc.record({ kind: fc.constant('scenario_preparing'), scenario: id, name: text, message: text }),
      fc.record({ kind: fc.constant('step_finished'), scenario: id, name: text, result }),
      fc.record({ kind: fc.constant('scenario_retried'), scenario: id, name: text, attempt: count, verdict }),
      scenario.map((record) => ({ kind: 'scenario_finished' as const, scenario: record.id, record })),
      fc.record({ kind: fc.constant('waiting'), message: text }),
    ),
  )
  .map(([cursor, kind]) => ({ cursor, ...kind }));

describe('messages', () => {
  it('carries everything that an agent says', () => {
    fc.assert(
      fc.property(fromAgent, (message) => {
        const bytes = toBinary(FromAgentSchema, encodeFromAgent(message));
        expect(decodeFromAgent(fromBinary(FromAgentSchema, bytes))).toEqual(message);
      }),
    );
  });

  it('carries everything that a coordinator says', () => {
    fc.assert(
      fc.property(toAgent, (message) => {
        const bytes = toBinary(ToAgentSchema, encodeToAgent(message));
        expect(decodeToAgent(fromBinary(ToAgentSchema, bytes))).toEqual(message);
      }),
    );
  });

  it('carries every event of a run', () => {
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const reader = new RunEventReader();
        const bytes = events.flatMap((each) =>
          [...encodeRunEvent(each)].map((part) => toBinary(RunEventSchema, part)),
        );
        const read = bytes.map((each) => reader.read(fromBinary(RunEventSchema, each)));
        expect(read.filter((each) => each !== null)).toEqual(events);
      }),
    );
  });

  it('carries a scenario of any number of steps, in parts of bounded size', () => {
    const [record, one] = fc.sample(fc.tuple(scenario, step), 1)[0] ?? [];
    if (!record || !one) throw new Error('no sample');
    for (const stepCount of [0, 1, 99, 100, 101, 1000]) {
      const whole = { ...record, steps: Array.from({ length: stepCount }, () => one) };
      const parts = [...scenarioParts(whole)];
      expect(parts).toHaveLength(Math.max(1, Math.ceil(stepCount / 100)));
      const joiner = new ScenarioJoiner();
      const joined = parts.map((part) =>
        joiner.add(fromBinary(ScenarioPartSchema, toBinary(ScenarioPartSchema, part))),
      );
      expect(joined.at(-1)).toEqual(whole);
      expect(joined.slice(0, -1).every((each) => each === null)).toBe(true);
    }
  });

  it('refuses a message of a kind, or with a word, that it does not know', () => {
    const unknown = { code: 'version_mismatch' };
    expect(() => decodeFromAgent(fromBinary(FromAgentSchema, new Uint8Array()))).toThrow(
      expect.objectContaining(unknown),
    );
    expect(() => decodeToAgent(fromBinary(ToAgentSchema, new Uint8Array()))).toThrow(
      expect.objectContaining(unknown),
    );
    const close = encodeFromAgent({
      kind: 'close',
      ref: { run: '' as never, shard: '' as never, attempt: 1 },
      close: { lastSeq: 0, verdict: { outcome: 'passed' }, durationMs: 0, waitedMs: 0, serviceLogs: [] },
    });
    if (close.kind.case === 'close' && close.kind.value.verdict)
      close.kind.value.verdict.outcome = 99 as never;
    expect(() => decodeFromAgent(close)).toThrow(expect.objectContaining(unknown));
  });
});

describe('plans', () => {
  const planned = fc.record({
    id,
    suite: count,
    name: text,
    tags: fc.array(text),
    services: fc.array(id),
    image: nullable(text),
    order: fc.constantFrom('sequential', 'independent'),
    timeoutMs: count,
    retries: count,
    steps: fc.constant<PlannedStep[]>([]),
    source,
  });
  const delivery: Arbitrary<Delivery> = fc.record({
    ref,
    agent: id,
    boot: counter,
    publishNumber: count,
    suite: id,
    scenario: planned,
  });

  it('carries a delivery with its scenario beside it, or in a blob', async () => {
    await fc.assert(
      fc.asyncProperty(delivery, fc.boolean(), async (sent, inline) => {
        const json = encodeScenarioJson(sent);
        const bytes = encodeDelivery(
          sent,
          inline ? { kind: 'inline', json } : { kind: 'blob', sha256: 'abc' as never },
        );
        const fetch = async (sha256: string): Promise<Uint8Array> => {
          expect([inline, sha256]).toEqual([false, 'abc']);
          return json;
        };
        expect(await decodeDelivery(bytes, fetch)).toEqual(sent);
      }),
    );
  });

  it('refuses what is no list of scenarios', () => {
    for (const part of [{}, [1], [null], [{ id: 'a' }], [{ id: 'a', steps: 'b' }]]) {
      expect(() => decodeScenarios(encodePlanPart(part as never))).toThrow(GridError);
    }
    expect(() => decodeScenarios(new TextEncoder().encode('{'))).toThrow(GridError);
  });
});
