/** A run's events for one watcher, read from the store by its own cursor: one that is slow, or comes back, costs nothing. */

import { GridError } from '@cleangrid/core/errors.ts';
import type { RunId, StepId } from '@cleangrid/core/ids.ts';
import type { RunEvent, Watched } from '@cleangrid/core/run-service.ts';
import type { Grid } from './grid.ts';
import { knownRun, prunedError } from './known-run.ts';
import { readEnded, runRecord } from './read-scenario.ts';
import { recentReads } from './recent-reads.ts';
import type { RunStore, StoredEvent, StoredRun } from './run-store.ts';
import type { ScenarioReads } from './step-briefs.ts';

/** Ends after `run_finished`, or when `signal` aborts. Throws `not_found`, `unavailable` when the coordinator closes, and as the store does. */
export async function* watchRun(
  grid: Grid,
  run: RunId,
  { steps, signal, ...from }: Watched & { signal: AbortSignal },
): AsyncGenerator<RunEvent> {
  let { cursor } = from;
  const reads = { ...recentReads(grid), run: grid.store.run, steps };
  const watch = grid.watchers.add(run);
  try {
    while (!signal.aborted) {
      await watch.changed(signal);
      if (watch.takeStored()) {
        // Again after each page: whoever watches may be so slow that the run is removed meanwhile.
        for (
          let record = knownRun(grid.store, run);
          cursor < record.cursor;
          record = knownRun(grid.store, run)
        ) {
          const seen = cursor;
          for (const event of eventsOf(reads, record, grid.store.eventsAfter(record.ordinal, cursor))) {
            if (event.cursor <= cursor) continue;
            cursor = event.cursor;
            yield event;
            if (event.kind === 'run_finished' || signal.aborted) return;
          }
          if (cursor === seen) throw prunedError();
        }
      }
      for (const event of watch.takeLive()) yield { ...event, cursor };
      if (watch.isClosed) throw new GridError('unavailable', 'the coordinator is closing');
    }
  } finally {
    grid.watchers.remove(run, watch);
  }
}

type WatchReads = ScenarioReads & Pick<RunStore, 'run'> & Pick<Watched, 'steps'>;

/** One at a time: a scenario's record may be large. */
function* eventsOf(store: WatchReads, run: StoredRun, page: StoredEvent[]): Generator<RunEvent> {
  for (const event of page) yield* runEvents(store, run, event);
}

function* runEvents(store: WatchReads, run: StoredRun, event: StoredEvent): Generator<RunEvent> {
  const { cursor } = event;
  switch (event.kind) {
    case 'run_started':
    case 'run_finished':
      yield { cursor, kind: event.kind, record: runRecord(store.run(run.run) ?? run) };
      return;
    case 'scenario_finished': {
      const record = readEnded(store, run, event.scenario);
      yield { cursor, kind: event.kind, scenario: record.id, record };
      return;
    }
    case 'frame':
      yield* frameEvents(store, run, event);
      return;
    case 'scenario_started':
    case 'scenario_retried': {
      const { scenario, suite, name } = store.head(run.ordinal, event.place);
      const about = { cursor, scenario, name, attempt: event.attempt };
      yield event.kind === 'scenario_started'
        ? {
            ...about,
            kind: event.kind,
            suite: run.suites[suite]?.name ?? '',
            agent: event.agent,
            host: event.host,
          }
        : { ...about, kind: event.kind, verdict: event.verdict };
    }
  }
}

/** The cursors that a frame stands for belong to its results; what tells of several has that of the last. */
function* frameEvents(
  store: WatchReads,
  { ordinal }: StoredRun,
  { cursor, place, attempt, seq }: StoredEvent & { kind: 'frame' },
): Generator<RunEvent> {
  const { scenario } = store.head(ordinal, place);
  const results = store.frame({ run: ordinal, place, attempt, seq });
  const passed: StepId[] = [];
  if (store.steps === 'failures')
    for (const { step, verdict } of results) if (verdict.outcome === 'passed') passed.push(step);
  const lastPassed = passed.at(-1);
  let at = cursor;
  for (const result of results) {
    if (store.steps === 'every' || result.verdict.outcome !== 'passed') {
      const name = store.stepBriefs(ordinal, place).get(result.step)?.name ?? result.step;
      yield { cursor: at, kind: 'step_finished', scenario, name, result };
    } else if (result.step === lastPassed) {
      yield { cursor: at, kind: 'steps_passed', scenario, steps: passed };
    }
    at += 1;
  }
}
