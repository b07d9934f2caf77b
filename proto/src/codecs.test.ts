import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { GridError } from '@cleangrid/core/errors.ts';
import type { PlannedScenario } from '@cleangrid/core/plan.ts';
import { submitted } from '@cleangrid/core/run-service.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { delivery, event, fromAgent, scenario, step, toAgent } from './arbitrary-messages.ts';
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

describe('plans', () => {
  it('carries a delivery with its scenario beside it, or in a blob', async () => {
    await fc.assert(
      fc.asyncProperty(delivery, fc.boolean(), async (sent, inline) => {
        const json = new TextEncoder().encode(JSON.stringify(sent.scenario));
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
    const [whole] = fc.sample(delivery, 1);
    const { scenario: planned } = whole ?? {};
    const wire = (...parts: unknown[]): Uint8Array =>
      encodeScenarios(parts.map((part) => submitted(part as PlannedScenario)));
    expect(decodeScenarios(wire(planned, planned)).map((read) => read.planned)).toEqual([planned, planned]);
    expect(decodeScenarios(wire())).toEqual([]);
    const stray = [{ steps: null }, { steps: [null] }, { steps: [{ id: 'a' }] }, { source: null }, { id: 1 }];
    for (const part of [[], 1, null, ...stray.map((change) => ({ ...planned, ...change }))]) {
      expect(() => decodeScenarios(wire(planned, part))).toThrow(GridError);
    }
    expect(() => decodeScenarios(new TextEncoder().encode('{'))).toThrow(GridError);
  });
});
