import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { id, type ScenarioId, type ShardId, type StepId } from './ids.ts';
import { sliceMsMin, sliceStepsMax, sliceTargetMs } from './limits.ts';
import type { PlannedScenario, PlannedStep, StepPhase } from './plan.ts';
import { scenarioHead } from './scenario-head.ts';
import { planShards, shardId, shardPlace } from './shard-plan.ts';

const source = { file: 'a.toml', line: 1, column: 1 };

describe('planShards', () => {
  it('keeps a sequential scenario in one shard', () => {
    const [shard, ...others] = planShards(scenarioHead(scenario('sequential', 50)), 3, 60_000);
    expect(others).toEqual([]);
    expect(shard).toMatchObject({ kind: 'whole', place: { scenario: 3, slice: 0 }, expectedMs: 60_000 });
  });

  it('keeps independent steps with a setup in one shard, for they belong where the setup ran', () => {
    const planned = scenario('independent', 50);
    planned.steps.unshift(step('setup.0', 'setup'));
    expect(planShards(scenarioHead(planned), 0, 60_000)).toHaveLength(1);
  });

  it('makes the last slices smaller than the first', () => {
    const sizes = planShards(scenarioHead(scenario('independent', 1000)), 0, 100_000).map(
      (shard) => shard.expectedMs,
    );
    expect(sizes[0]).toBe(sliceTargetMs);
    expect(sizes.at(-1)).toBeLessThanOrEqual(sliceMsMin);
    expect(sizes).toEqual(sizes.toSorted((one, other) => other - one));
  });

  it('puts every step into exactly one shard, in the order of the plan, whatever is expected', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('sequential' as const, 'independent' as const),
        fc.integer({ min: 1, max: 3000 }),
        fc.option(fc.double({ min: 0, max: 1e9, noNaN: true })),
        (order, stepCount, expectedMs) => {
          const { steps, ...head } = scenarioHead(scenario(order, stepCount));
          const shards = planShards({ ...head, steps }, 7, expectedMs);
          expect(shards.flatMap(({ from, to }) => steps.slice(from, to))).toEqual(steps);
          expect(new Set(shards.map((shard) => shardId(shard.place))).size).toBe(shards.length);
          const slices = shards.filter((shard) => shard.kind === 'slice').map(({ from, to }) => to - from);
          expect(slices.filter((size) => size < 1 || size > sliceStepsMax)).toEqual([]);
        },
      ),
    );
  });
});

describe('shardPlace', () => {
  it('finds the place that an id names', () => {
    for (const place of [
      { scenario: 0, slice: 0 },
      { scenario: 12, slice: 0 },
      { scenario: 12, slice: 340 },
    ])
      expect(shardPlace(shardId(place))).toEqual(place);
  });

  it.each(['', 'x', '1.0', '01', '-1', '1.2.3', '1e3', '1.', '99999999999'])('knows no shard %j', (text) => {
    expect(shardPlace(id<ShardId>(text))).toBeNull();
  });
});

function scenario(order: PlannedScenario['order'], stepCount: number): PlannedScenario {
  return {
    id: id<ScenarioId>('a'),
    suite: 0,
    name: 'a',
    tags: [],
    services: [],
    image: null,
    order,
    timeoutMs: 1000,
    retries: 0,
    pollutionCheck: false,
    spans: null,
    steps: Array.from({ length: stepCount }, (_, index) => step(`steps.${index}`, 'steps')),
    source,
  };
}

function step(name: string, phase: StepPhase): PlannedStep {
  return {
    id: id<StepId>(name),
    name,
    phase,
    in: null,
    command: { kind: 'argv', argv: [['true']] },
    env: {},
    workdir: null,
    user: null,
    stdin: null,
    timeoutMs: 1000,
    continueOnFailure: false,
    mergeOutput: false,
    processes: 'none',
    captures: [],
    expect: { exit: { kind: 'any', source: null }, stdout: [], stderr: [], duration: [] },
    source,
  };
}
