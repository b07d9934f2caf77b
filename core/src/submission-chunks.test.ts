import { describe, expect, it } from 'vitest';
import { submitChunkScenariosMax, submitChunkStepsMin } from './limits.ts';
import type { PlannedScenario } from './plan.ts';
import { submissionChunks } from './submission-chunks.ts';

describe('the chunks of a submission', () => {
  it('have as many scenarios as they may, in their order', () => {
    const chunks = sizes(Array.from({ length: 2 * submitChunkScenariosMax + 1 }, () => 1));
    expect(chunks).toEqual([submitChunkScenariosMax, submitChunkScenariosMax, 1]);
  });

  it('end with the scenario that gives them their steps', () => {
    expect(sizes([submitChunkStepsMin - 1, 1, 5 * submitChunkStepsMin, 1])).toEqual([2, 1, 1]);
  });

  it('are none of no scenarios', () => {
    expect(sizes([])).toEqual([]);
  });

  it('are made when they are asked for', () => {
    let made = 0;
    function* scenarios(): Generator<PlannedScenario> {
      for (;;) {
        made += 1;
        yield scenario(made, submitChunkStepsMin);
      }
    }
    const chunks = submissionChunks(scenarios());
    expect([chunks.next().value?.[0]?.head.name, made]).toEqual(['1', 1]);
  });
});

function sizes(stepCounts: number[]): number[] {
  const chunks = [...submissionChunks(stepCounts.map((count, index) => scenario(index, count)))];
  expect(chunks.flat().map(({ head }) => head.name)).toEqual(stepCounts.map((_, index) => `${index}`));
  return chunks.map((chunk) => chunk.length);
}

function scenario(number: number, stepCount: number): PlannedScenario {
  const steps = Array.from({ length: stepCount }, (_, index) => ({ id: `steps.${index}`, phase: 'steps' }));
  return { name: `${number}`, order: 'sequential', steps } as unknown as PlannedScenario;
}
