import { FakeClock, Party } from '@cleangrid/core/fake-clock.ts';
import { id, type StepId } from '@cleangrid/core/ids.ts';
import { progressMs } from '@cleangrid/core/limits.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { StepProgress } from './step-progress.ts';

const [first, second] = [id<StepId>('steps.0'), id<StepId>('steps.1')];

describe('what is told of an attempt that runs', () => {
  const party = new Party('agent');
  let clock: FakeClock;
  let told: StepId[];
  let progress: StepProgress;

  beforeEach(() => {
    clock = new FakeClock({
      random: () => 0,
      crashed: (_, error) => {
        throw error;
      },
    });
    told = [];
    progress = new StepProgress(clock.of(party), (step) => told.push(step));
  });

  async function pass(durationMs: number): Promise<void> {
    let isOver = false;
    clock.after(party, durationMs, () => {
      isOver = true;
    });
    await clock.run(() => isOver, clock.nowMs + durationMs);
  }

  it('is the step that runs when a view may be drawn again', async () => {
    progress.started(first);
    await pass(progressMs - 1);
    expect(told).toEqual([]);
    await pass(1);
    expect(told).toEqual([first]);
  });

  it('is nothing of steps that are over by then', async () => {
    progress.started(first);
    progress.finished(first);
    progress.started(second);
    progress.finished(second);
    await pass(progressMs);
    progress.started(first);
    progress.end();
    await pass(progressMs);
    expect(told).toEqual([]);
  });

  it('comes no more often than a view is drawn, however many steps run', async () => {
    for (let left = 0; left < 30; left += 1) {
      progress.started(first);
      await pass(progressMs / 10);
      progress.finished(first);
      progress.started(second);
    }
    expect(told).toHaveLength(3);
  });
});
