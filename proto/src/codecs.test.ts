import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { GridError } from '@cleangrid/core/errors.ts';
import type { PlannedScenario } from '@cleangrid/core/plan.ts';
import { type SubmittedScenario, submitted } from '@cleangrid/core/run-service.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { delivery, event, fromAgent, planned, scenario, step, toAgent } from './arbitrary-messages.ts';
import { FromAgentSchema, ToAgentSchema } from './gen/cleangrid/v1/agents_pb.ts';
import { RunEventSchema, ScenarioPartSchema } from './gen/cleangrid/v1/runs_pb.ts';
import { ScenarioJoiner, scenarioParts } from './scenario-parts.ts';
import { decodeDelivery, encodeDelivery } from './wire-delivery.ts';
import { decodeFromAgent, encodeFromAgent } from './wire-from-agent.ts';
import { decodeScenarios, encodeScenarios } from './wire-plan.ts';
import { encodeRunEvent, RunEventReader } from './wire-run-event.ts';
import { decodeToAgent, encodeToAgent } from './wire-to-agent.ts';

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
      close: {
        lastSeq: 0,
        verdict: { outcome: 'passed' },
        durationMs: 0,
        waitedMs: 0,
        reused: false,
        failedChecks: [],
        serviceLogs: [],
      },
    });
    if (close.kind.case === 'close' && close.kind.value.verdict)
      close.kind.value.verdict.outcome = 99 as never;
    expect(() => decodeFromAgent(close)).toThrow(expect.objectContaining(unknown));
  });
});

function nested(depth: number): unknown {
  return depth === 0 ? [] : [nested(depth - 1)];
}

describe('plans', () => {
  it('carries a delivery with its scenario beside it, or in a blob', async () => {
    await fc.assert(
      fc.asyncProperty(delivery, fc.boolean(), async (sent, inline) => {
        const json = new TextEncoder().encode(sent.scenarioJson);
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
    const [one] = fc.sample(planned.map(submitted), 1);
    const sent = { ...one, head: { ...one?.head, isSliceable: false }, sliceable: null } as SubmittedScenario;
    const wire = (...parts: { head: unknown; json: string }[]): Uint8Array =>
      encodeScenarios(parts as SubmittedScenario[]);
    expect(decodeScenarios(wire(sent, sent))).toEqual([sent, sent]);
    expect(decodeScenarios(wire())).toEqual([]);
    const stray = [
      { steps: null },
      { steps: [null] },
      { tags: [['a']] },
      { source: null },
      { source: {} },
      { scenario: 1 },
      { isSliceable: 1 },
      { spans: nested(100) },
    ];
    for (const head of [[], 1, null, ...stray.map((change) => ({ ...sent.head, ...change }))]) {
      expect(() => decodeScenarios(wire(sent, { head, json: sent.json }))).toThrow(GridError);
    }
    expect(() => decodeScenarios(new TextEncoder().encode('{'))).toThrow(GridError);
  });

  it('opens what is to be sliced, and only that', () => {
    const [base] = fc.sample(planned, 1);
    const command = { kind: 'shell', script: 'true' };
    const steps = ['a', 'b'].map((id) => ({ id, name: id, phase: 'steps', command, expect: {}, source: {} }));
    const sliceable = {
      ...(base as PlannedScenario),
      order: 'independent',
      steps,
    } as unknown as PlannedScenario;
    const sent = submitted(sliceable);
    expect(decodeScenarios(encodeScenarios([sent]))).toEqual([sent]);
    const other = JSON.stringify({ ...sliceable, steps: steps.slice(1) });
    const strayCommands = [{}, { kind: 'argv', argv: [[null]] }, { kind: 'argv', argv: ['a'] }];
    const strayPlans = [
      [null, null],
      ...strayCommands.map((stray) => [{ ...steps[0], command: stray }, steps[1]]),
      [{ ...steps[0], expect: undefined }, steps[1]],
      [{ ...steps[0], expect: nested(100) }, steps[1]],
    ];
    const stray = strayPlans.map((of) => JSON.stringify({ ...sliceable, steps: of }));
    for (const json of ['{', '1', other, ...stray]) {
      expect(() => decodeScenarios(encodeScenarios([{ ...sent, json }]))).toThrow(GridError);
      const whole = { head: { ...sent.head, isSliceable: false }, json, sliceable: null };
      expect(decodeScenarios(encodeScenarios([whole]))).toEqual([whole]);
    }
  });
});
