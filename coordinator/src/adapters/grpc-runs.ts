/** Serves `cleangrid.v1.Runs` from the coordinator's `RunService`. */

import { create } from '@bufbuild/protobuf';
import { id, type RunId } from '@cleangrid/core/ids.ts';
import type { RunService } from '@cleangrid/core/run-service.ts';
import { BatchWriter } from '@cleangrid/proto/batch-writer.ts';
import {
  CancelResponseSchema,
  ListAgentsResponseSchema,
  ListResponseSchema,
  type RunEvent as WireRunEvent,
  type Runs,
  type RunSpans as WireRunSpans,
  RunsGetResponseSchema,
  type ScenarioPart,
  ScenariosResponseSchema,
  SpansResponseSchema,
  WatchResponseSchema,
} from '@cleangrid/proto/gen/cleangrid/v1/runs_pb.ts';
import type { Handlers } from '@cleangrid/proto/grpc-service.ts';
import { bytesWeight, resultsWeight } from '@cleangrid/proto/result-weight.ts';
import { scenarioParts } from '@cleangrid/proto/scenario-parts.ts';
import { encodeAgent } from '@cleangrid/proto/wire-agent-record.ts';
import { encodeRunEvent } from '@cleangrid/proto/wire-run-event.ts';
import { encodeRun } from '@cleangrid/proto/wire-run-record.ts';
import { encodeRunSpans } from '@cleangrid/proto/wire-run-spans.ts';
import { type ResponseStream, serverStream, unary } from './grpc-handlers.ts';
import { serveSubmit } from './grpc-submit.ts';

export function grpcRuns(runs: RunService): Handlers<(typeof Runs)['method']> {
  return {
    submit: (call) => serveSubmit(call, runs),
    watch: serverStream(async (stream) => {
      const { run, cursor, everyStep } = stream.request;
      const wanted = { cursor: Number(cursor), steps: everyStep ? 'every' : 'failures' } as const;
      const events = runs.watch(id<RunId>(run), wanted, stream.signal);
      await sendAll(stream, messagesOf(events, encodeRunEvent), {
        pack: (batch: WireRunEvent[]) => create(WatchResponseSchema, { events: batch }),
        weigh: ({ kind }) => {
          if (kind.case === 'stepFinished') return resultsWeight([kind.value.result]);
          return kind.case === 'scenarioFinished' ? partWeight(kind.value) : 1;
        },
      });
    }),
    cancel: unary(async ({ run, message }) => {
      await runs.cancel(id<RunId>(run), message);
      return create(CancelResponseSchema);
    }),
    list: unary(async ({ limit }) => {
      const records = await runs.list(limit);
      return create(ListResponseSchema, { runs: records.map(encodeRun) });
    }),
    get: unary(async ({ run }) =>
      create(RunsGetResponseSchema, { record: encodeRun(await runs.get(id<RunId>(run))) }),
    ),
    listAgents: unary(async () =>
      create(ListAgentsResponseSchema, { agents: (await runs.agents()).map(encodeAgent) }),
    ),
    scenarios: serverStream((stream) =>
      sendAll(stream, messagesOf(runs.scenarios(id<RunId>(stream.request.run)), scenarioParts), {
        pack: (parts: ScenarioPart[]) => create(ScenariosResponseSchema, { parts }),
        weigh: partWeight,
      }),
    ),
    spans: serverStream(async (stream) => {
      const { run, scenario = null } = stream.request;
      const spans = runs.spans(id<RunId>(run), scenario);
      await sendAll(
        stream,
        messagesOf(spans, (one) => [encodeRunSpans(one)]),
        {
          pack: (batches: WireRunSpans[]) => create(SpansResponseSchema, { batches }),
          weigh: ({ otlp }) => bytesWeight(otlp),
        },
      );
    }),
  };
}

function partWeight({ record }: ScenarioPart): number {
  return resultsWeight(record?.steps.map((step) => step.result) ?? []);
}

async function* messagesOf<Item, Message>(
  items: AsyncIterable<Item>,
  encode: (item: Item) => Iterable<Message>,
): AsyncGenerator<Message> {
  for await (const item of items) yield* encode(item);
}

/** What is ready while one message is on its way travels in the next. Ends early when the caller has left. */
async function sendAll<Input, Output, Item>(
  stream: ResponseStream<Input, Output>,
  items: AsyncIterable<Item>,
  batch: { pack(items: Item[]): Output; weigh(item: Item): number },
): Promise<void> {
  const writer = new BatchWriter<Item>({
    write: (ready, taken) => void stream.send(batch.pack(ready)).then(taken),
    weigh: batch.weigh,
    defer: setImmediate,
  });
  stream.signal.addEventListener('abort', () => writer.stop());
  for await (const item of items) {
    if (!writer.send(item)) await writer.drained();
    if (stream.signal.aborted) return;
  }
  await writer.flushed();
}
