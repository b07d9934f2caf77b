import type { StepResult } from '@cleangrid/core/result.ts';
import { result } from '@cleangrid/proto/arbitrary-messages.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stepId, stepResult } from '../fake/plans.ts';
import { passed } from '@cleangrid/core/verdict.ts';
import { frameText, resultsOfText } from './frame-text.ts';

describe('the text of a frame', () => {
  it('gives back every result as it was', () => {
    fc.assert(
      fc.property(fc.array(result), (results) => {
        expect(resultsOfText(frameText(results))).toEqual(results);
      }),
    );
  });

  it('gives back results that were written whole', () => {
    fc.assert(
      fc.property(fc.array(result), (results) => {
        expect(resultsOfText(JSON.stringify(results))).toEqual(results);
      }),
    );
  });

  it('says where a step ran only when it changes', () => {
    const where = { agent: 'one' as never, container: 'c', service: null, executor: 'none' as const };
    const at = (container: string, index: number): StepResult => ({
      ...stepResult(stepId(index), passed),
      where: { ...where, container },
    });
    expect(frameText([at('a', 0), at('a', 1), at('b', 2)]).match(/container/gu)).toHaveLength(2);
  });
});
