/** A coordinator somewhere else as a `RunService`: what the CLI uses for `--grid`. */

import { create } from '@bufbuild/protobuf';
import type { Clock } from '@cleangrid/core/clock.ts';
import { isGridError } from '@cleangrid/core/errors.ts';
import type { RunId } from '@cleangrid/core/ids.ts';
import { unaryCallMsMax } from '@cleangrid/core/limits.ts';
import type {
  AgentRecord,
  RunEvent,
  RunRecord,
  RunService,
  RunSpans,
  ScenarioRecord,
  Submission,
  Watched,
} from '@cleangrid/core/run-service.ts';
import { Metadata } from '@grpc/grpc-js';
import { Absence } from '../absence.ts';
import {
  CancelRequestSchema,
  type CancelResponse,
  ListAgentsRequestSchema,
  type ListAgentsResponse,
  ListRequestSchema,
  type ListResponse,
  Runs,
  RunsGetRequestSchema,
  type RunsGetResponse,
  ScenariosRequestSchema,
  SpansRequestSchema,
  WatchRequestSchema,
} from '../gen/cleangrid/v1/runs_pb.ts';
import { type Calls, grpcClient } from '../grpc-service.ts';
import { ScenarioJoiner } from '../scenario-parts.ts';
import { decodeAgent } from '../wire-agent-record.ts';
import { decodeRunSpans } from '../wire-run-spans.ts';
import { RunEventReader } from '../wire-run-event.ts';
import { decodeRun } from '../wire-run-record.ts';
import { type StartCall, answerOf, answersOf, deadlineIn } from './grpc-calls.ts';
import { submitOver } from './grpc-submission.ts';
import { dialOptions, type GrpcTarget } from './grpc-transport.ts';

/** Throws `unavailable` where no coordinator answers, and whatever the coordinator's own service throws. */
export class GrpcRunService implements RunService {
  readonly #client: Calls<(typeof Runs)['method']>;
  readonly #clock: Clock;
  readonly #peer: string;

  constructor(target: GrpcTarget, clock: Clock) {
    this.#client = grpcClient(Runs, dialOptions(target));
    this.#clock = clock;
    this.#peer = `the coordinator at ${target.address}`;
  }

  async submit(submission: Submission): Promise<void> {
    await submitOver(this.#client.submit(new Metadata(), {}), submission, this.#peer);
  }

  /** Outlives restarts of the coordinator: it asks again from the last cursor, and says so in an `away` event. */
  async *watch(run: RunId, wanted: Watched, signal: AbortSignal): AsyncGenerator<RunEvent> {
    const absence = new Absence(this.#clock);
    let seen = wanted.cursor;
    while (!signal.aborted) {
      try {
        for await (const event of this.#watchOnce(run, { ...wanted, cursor: seen }, signal)) {
          absence.end();
          seen = event.cursor;
          yield event;
          if (event.kind === 'run_finished') return;
        }
      } catch (error) {
        if (signal.aborted) return;
        if (!isGridError(error, 'unavailable') || absence.isTooLong) throw error;
      }
      if (signal.aborted) return;
      if (absence.begin()) {
        yield { cursor: seen, kind: 'away', message: `No answer from ${this.#peer}. Asking again.` };
      }
      await absence.pause(signal);
    }
  }

  async cancel(run: RunId, message: string): Promise<void> {
    const request = create(CancelRequestSchema, { run, message });
    await this.#ask<CancelResponse>((answered, metadata) =>
      this.#client.cancel(request, metadata, deadlineIn(unaryCallMsMax), answered),
    );
  }

  async list(limit: number): Promise<RunRecord[]> {
    const request = create(ListRequestSchema, { limit });
    const { runs } = await this.#ask<ListResponse>((answered, metadata) =>
      this.#client.list(request, metadata, deadlineIn(unaryCallMsMax), answered),
    );
    return runs.map(decodeRun);
  }

  async get(run: RunId): Promise<RunRecord> {
    const request = create(RunsGetRequestSchema, { run });
    const { record } = await this.#ask<RunsGetResponse>((answered, metadata) =>
      this.#client.get(request, metadata, deadlineIn(unaryCallMsMax), answered),
    );
    return decodeRun(record);
  }

  async *scenarios(run: RunId): AsyncGenerator<ScenarioRecord> {
    const call = this.#client.scenarios(create(ScenariosRequestSchema, { run }), new Metadata(), {});
    const joiner = new ScenarioJoiner();
    for await (const { parts } of answersOf(this.#peer, call)) {
      for (const part of parts) {
        const record = joiner.add(part);
        if (record) yield record;
      }
    }
  }

  async *spans(run: RunId, scenario: number | null): AsyncGenerator<RunSpans> {
    const request = create(SpansRequestSchema, { run, ...(scenario !== null && { scenario }) });
    const call = this.#client.spans(request, new Metadata(), {});
    for await (const { batches } of answersOf(this.#peer, call)) yield* batches.map(decodeRunSpans);
  }

  async agents(): Promise<AgentRecord[]> {
    const request = create(ListAgentsRequestSchema);
    const { agents } = await this.#ask<ListAgentsResponse>((answered, metadata) =>
      this.#client.listAgents(request, metadata, deadlineIn(unaryCallMsMax), answered),
    );
    return agents.map(decodeAgent);
  }

  close(): void {
    this.#client.close();
  }

  #ask<Output>(start: StartCall<Output>): Promise<Output> {
    return answerOf({ peer: this.#peer, clock: this.#clock, start });
  }

  async *#watchOnce(run: RunId, { cursor, steps }: Watched, signal: AbortSignal): AsyncGenerator<RunEvent> {
    const request = create(WatchRequestSchema, { run, cursor: BigInt(cursor), everyStep: steps === 'every' });
    const call = this.#client.watch(request, new Metadata(), {});
    const cancel = (): void => call.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    const reader = new RunEventReader();
    try {
      for await (const { events } of answersOf(this.#peer, call)) {
        for (const wire of events) {
          const event = reader.read(wire);
          if (event) yield event;
        }
      }
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }
}
