import { id } from '@cleangrid/core/ids.ts';
import { noMeter } from '@cleangrid/core/metrics/meter.ts';
import { expect, test } from 'vitest';
import { movedClock } from '../fake/moved-clock.ts';
import { exited } from '../fake/scripted-scenario.ts';
import type { StepSession } from '../step-executor.ts';
import type { Instance } from './instance.ts';
import type { PoolBook } from './pool-book.ts';
import { plannedService } from './pool-stand.ts';
import { sweepInstances } from './sweep-instances.ts';

/** An idle service whose ready probe answers so, looked after every second for as long. */
async function lookAfter(seconds: number, answers: () => Promise<number>) {
  const { clock, advance } = movedClock();
  let asked = 0;
  const retired: string[] = [];
  const run: StepSession['run'] = async () => {
    asked += 1;
    return exited(await answers());
  };
  const instance = {
    name: 'db',
    state: 'ready',
    service: plannedService('db', { ready: [{ kind: 'exec', argv: ['ask'] }], healthIntervalMs: 10_000 }),
    made: { container: { id: id('c'), session: { run } } },
    holders: new Map(),
    healthyAtMs: clock.nowMs(),
    expiresAtMs: clock.nowMs() + 3_600_000,
    idleUntilMs: clock.nowMs() + 3_600_000,
  } as unknown as Instance;
  const retire = (_: Instance, reason: string): void => void retired.push(reason);
  const book = { instances: [instance], retire, visited: () => new Set() } as unknown as PoolBook;
  for (let second = 0; second < seconds; second += 1) {
    advance(1000);
    sweepInstances({ book, clock, runtime: {} as never, meter: noMeter, keepWarmMs: 0 });
    await new Promise(setImmediate);
  }
  return { asked, retired };
}

test('asks an idle service at its interval whether it is healthy', async () => {
  expect(await lookAfter(35, async () => 0)).toEqual({ asked: 3, retired: [] });
});

test('replaces an idle service that is not healthy any more', async () => {
  const { retired } = await lookAfter(10, async () => 1);
  expect(retired).toEqual(['it is not healthy: exit code 1']);
});
