/** A run that is passed on: what waits for an agent, and what waits for the one who watches. All in memory, and forgotten when it is told. */

import { invariant } from '@cleangrid/core/errors.ts';
import { id, type RunId, type ShardId } from '@cleangrid/core/ids.ts';
import type { AttemptRef, FromAgent } from '@cleangrid/core/protocol.ts';
import type { AgentRecord, RunEvent, RunRecord, SubmittedScenario } from '@cleangrid/core/run-service.ts';
import type { ScenarioHead } from '@cleangrid/core/scenario-head.ts';
import { noOutcomes } from '@cleangrid/core/verdict.ts';

/** Shards that wait; the client is asked for more when they are fewer. */
const waitingMax = 1_000;

type Of<Kind extends FromAgent['kind']> = Extract<FromAgent, { kind: Kind }>;
type Host = Pick<AgentRecord, 'agent' | 'host'>;
type Told = RunEvent extends infer Event ? (Event extends RunEvent ? Omit<Event, 'cursor'> : never) : never;

export class RelayedRun {
  readonly record: RunRecord;
  readonly #waiting: { shard: ShardId; json: string }[] = [];
  readonly #heads = new Map<ShardId, ScenarioHead>();
  #events: RunEvent[] = [];
  #cursor = 0;
  #isPlanned = false;
  #changed = Promise.withResolvers<void>();

  constructor(run: RunId, suite: string) {
    this.record = {
      run,
      suites: [suite],
      state: 'running',
      cancelling: false,
      traceMode: 'off',
      traceUrl: null,
      submittedAtMs: 0,
      finishedAtMs: null,
      scenarioCount: 0,
      stepCount: 0,
      scenarios: noOutcomes(),
      steps: noOutcomes(),
    };
    this.#tell({ kind: 'run_started', record: this.record });
  }

  /** Resolves when there is room for more. */
  async take(scenarios: SubmittedScenario[]): Promise<void> {
    for (const { head, json } of scenarios) {
      const shard = id<ShardId>(`${this.record.scenarioCount}`);
      this.record.scenarioCount += 1;
      this.#heads.set(shard, head);
      this.#waiting.push({ shard, json });
    }
    while (this.#waiting.length > waitingMax) await this.#changed.promise;
  }

  endPlan(): void {
    this.#isPlanned = true;
    this.#finish();
  }

  next(): { shard: ShardId; json: string } | undefined {
    return this.#waiting.shift();
  }

  started({ shard, attempt }: AttemptRef, { agent, host }: Host): void {
    const { scenario, name } = this.#head(shard);
    const suite = this.record.suites[0] ?? '';
    this.#tell({ kind: 'scenario_started', scenario, suite, name, attempt, agent, host });
  }

  reported({ ref, results }: Of<'frame'>): void {
    const { scenario } = this.#head(ref.shard);
    this.#tell({ kind: 'steps_passed', scenario, steps: results.map(({ step }) => step) });
  }

  closed({ ref, close }: Of<'close'>, { agent, host }: Host): void {
    const { scenario, name, tags, source, spans } = this.#head(ref.shard);
    const { verdict, durationMs, waitedMs, failedChecks, serviceLogs } = close;
    const { shard, attempt } = ref;
    const record = {
      id: scenario,
      suite: this.record.suites[0] ?? '',
      file: source.file,
      name,
      tags,
      source,
      verdict,
      flaky: false,
      durationMs,
      waitedMs,
      attempts: [{ shard, attempt, agent, host, fresh: false, state: 'closed' as const, verdict }],
      spanExpectations: spans,
      steps: [],
      failedChecks,
      serviceLogs,
    };
    this.#heads.delete(shard);
    this.#tell({ kind: 'scenario_finished', scenario, record });
    this.#finish();
  }

  async *watch(): AsyncGenerator<RunEvent> {
    for (;;) {
      const events = this.#events;
      this.#events = [];
      yield* events;
      if (this.record.state === 'finished') return;
      await this.#changed.promise;
    }
  }

  #finish(): void {
    if (!this.#isPlanned || this.#heads.size > 0) return;
    this.record.state = 'finished';
    this.#tell({ kind: 'run_finished', record: this.record });
  }

  #head(shard: ShardId): ScenarioHead {
    const head = this.#heads.get(shard);
    invariant(head, 'an agent tells of what it was given');
    return head;
  }

  #tell(event: Told): void {
    this.#cursor += 1;
    this.#events.push({ ...event, cursor: this.#cursor });
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
