/** A `RunService` in memory: a test says what happens in the run, and looks at what was asked for. */

import { GridError } from '@cleangrid/core/errors.ts';
import type { RunId } from '@cleangrid/core/ids.ts';
import type { PlannedScenario } from '@cleangrid/core/plan.ts';
import type {
  AgentRecord,
  RunEvent,
  RunRecord,
  RunService,
  RunSpans,
  ScenarioRecord,
  Submission,
} from '@cleangrid/core/run-service.ts';

export interface FakeRuns extends RunService {
  readonly submitted: { submission: Submission; scenarios: PlannedScenario[] }[];
  readonly cancelled: { run: RunId; message: string }[];
  /** Resolves when a run was submitted and is watched. */
  readonly started: Promise<void>;
  tell(event: WithoutCursor<RunEvent>): void;
}

export interface FakeHistory {
  records?: RunRecord[];
  scenarios?: ScenarioRecord[];
  agents?: AgentRecord[];
  spans?: RunSpans[];
}

type WithoutCursor<Event> = Event extends RunEvent ? Omit<Event, 'cursor'> : never;

export function fakeRuns({
  records = [],
  scenarios = [],
  agents = [],
  spans = [],
}: FakeHistory = {}): FakeRuns {
  const started = Promise.withResolvers<void>();
  const events: RunEvent[] = [];
  let wake = Promise.withResolvers<void>();
  const runs: FakeRuns = {
    submitted: [],
    cancelled: [],
    started: started.promise,
    tell(event) {
      events.push({ ...event, cursor: events.length + 1 });
      wake.resolve();
      wake = Promise.withResolvers();
    },
    async submit(submission) {
      const all: PlannedScenario[] = [];
      for await (const chunk of submission.scenarios)
        all.push(...chunk.map(({ json }) => JSON.parse(json) as PlannedScenario));
      runs.submitted.push({ submission, scenarios: all });
    },
    async *watch() {
      started.resolve();
      for (let index = 0; ; index += 1) {
        while (index >= events.length) await wake.promise;
        const event = events[index];
        if (event) yield event;
        if (event?.kind === 'run_finished') return;
      }
    },
    async cancel(run, message) {
      runs.cancelled.push({ run, message });
    },
    agents: async () => agents,
    list: async (limit) => records.slice(0, limit),
    async get(run) {
      const found = records.find((record) => record.run === run);
      if (found) return found;
      throw new GridError('not_found', `there is no run ${run}`);
    },
    async *scenarios() {
      await Promise.resolve();
      yield* scenarios;
    },
    async *spans(_run, scenario) {
      await Promise.resolve();
      yield* spans.filter(({ of }) => scenario === null || of?.shard === String(scenario));
    },
  };
  return runs;
}
