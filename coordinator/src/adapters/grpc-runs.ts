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
  RunsGetResponseSchema,
  type ScenarioPart,
  ScenariosResponseSchema,
  WatchResponseSchema,
} from '@cleangrid/proto/gen/cleangrid/v1/runs_pb.ts';
import type { Handlers } from '@cleangrid/proto/grpc-service.ts';
import { resultsWeight } from '@cleangrid/proto/result-weight.ts';
import { scenarioParts } from '@cleangrid/proto/scenario-parts.ts';
import { encodeAgent } from '@cleangrid/proto/wire-agent-record.ts';
import { encodeRunEvent } from '@cleangrid/proto/wire-run-event.ts';
import { encodeRun } from '@cleangrid/proto/wire-run-record.ts';
import { type ResponseStream, serverStream, unary } from './grpc-handlers.ts';
import { serveSubmit } from './grpc-submit.ts';

export function grpcRuns(runs: RunService): Handlers<(typeof Runs)['method']> {
  return {
    submit: (call) => serveSubmit(call, runs),
    watch: serverStream(async (stream) => {
      const { run, cursor } = stream.request;
      const writer = batchesInto(stream, {
        pack: (events: WireRunEvent[]) => create(WatchResponseSchema, { events }),
        weigh: ({ kind }) => {
          if (kind.case === 'stepFinished') return resultsWeight([kind.value.result]);
          return kind.case === 'scenarioFinished' ? partWeight(kind.value) : 1;
        },
      });
      for await (const event of runs.watch(id<RunId>(run), Number(cursor), stream.signal)) {
        for (const part of encodeRunEvent(event)) {
          if (!writer.send(part)) await writer.drained();
        }
        if (stream.signal.aborted) return;
      }
      await writer.flushed();
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
    scenarios: serverStream(async (stream) => {
      const writer = batchesInto(stream, {
        pack: (parts: ScenarioPart[]) => create(ScenariosResponseSchema, { parts }),
        weigh: partWeight,
      });
      for await (const record of runs.scenarios(id<RunId>(stream.request.run))) {
        for (const part of scenarioParts(record)) {
          if (!writer.send(part)) await writer.drained();
        }
        if (stream.signal.aborted) return;
      }
      await writer.flushed();
    }),
  };
}

function partWeight({ record }: ScenarioPart): number {
  return resultsWeight(record?.steps.map((step) => step.result) ?? []);
}

/** What is ready while one message is on its way travels in the next. */
function batchesInto<Input, Output, Item>(
  stream: ResponseStream<Input, Output>,
  batch: { pack(items: Item[]): Output; weigh(item: Item): number },
): BatchWriter<Item> {
  const writer = new BatchWriter<Item>({
    write: (items, taken) => void stream.send(batch.pack(items)).then(taken),
    weigh: batch.weigh,
    defer: setImmediate,
  });
  stream.signal.addEventListener('abort', () => writer.stop());
  return writer;
}
