import { GridError } from '@cleangrid/core/errors.ts';
import { id, type RunId } from '@cleangrid/core/ids.ts';
import { reconnectMsMax, submitMsMax } from '@cleangrid/core/limits.ts';
import type { RunService } from '@cleangrid/core/run-service.ts';
import { expect, test } from 'vitest';
import { fakeRuns } from './fake/fake-runs.ts';
import { manualClock } from './fake/manual-clock.ts';
import { samplePlan } from './fake/sample-plan.ts';
import { submitPatiently } from './submit-run.ts';

const away = new GridError('unavailable', 'no coordinator');
const planned = {
  run: id<RunId>('run1'),
  plan: samplePlan({ one: 1, two: 2 }),
  read: { blobs: new Map() },
  traceMode: 'auto' as const,
};

/** Refuses the first submissions, after it has begun to take them in. */
function refusing(errors: GridError[]) {
  const runs = fakeRuns();
  const submit: RunService['submit'] = async (submission) => {
    const error = errors.shift();
    if (!error) return runs.submit(submission);
    for await (const _ of submission.scenarios) throw error;
  };
  return { runs, service: { ...runs, submit } };
}

/** Lets everything happen that needs no time. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

test('submits the same run again when the coordinator went away meanwhile', async () => {
  const clock = manualClock();
  const { runs, service } = refusing([away]);
  const submitted = submitPatiently(service, planned, clock);
  await settle();
  clock.advance(reconnectMsMax);
  await submitted;
  expect(runs.submitted).toMatchObject([
    { submission: { run: 'run1' }, scenarios: [{ name: 'one' }, { name: 'two' }] },
  ]);
});

test('gives up when no coordinator comes back, and at once for what trying again would not change', async () => {
  const clock = manualClock();
  const tooLong = submitPatiently(refusing([away, away]).service, planned, clock);
  await settle();
  clock.advance(submitMsMax);
  await expect(tooLong).rejects.toBe(away);
  const refused = new GridError('bad_usage', 'another token');
  await expect(submitPatiently(refusing([refused]).service, planned, clock)).rejects.toBe(refused);
});
