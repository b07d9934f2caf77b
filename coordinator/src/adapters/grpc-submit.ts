/** A submission over gRPC: the coordinator asks for what it lacks, the client answers in the order of the asking. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { GridError } from '@cleangrid/core/errors.ts';
import { id, type RunId, type Sha256 } from '@cleangrid/core/ids.ts';
import type { RunService, SubmittedScenario } from '@cleangrid/core/run-service.ts';
import { statusOf } from '@cleangrid/proto/adapters/grpc-error.ts';
import { PieceCollector } from '@cleangrid/proto/collect-pieces.ts';
import {
  type Answer,
  type AskSchema,
  type Runs,
  type Start,
  type SubmitRequest,
  SubmitResponseSchema,
} from '@cleangrid/proto/gen/cleangrid/v1/runs_pb.ts';
import type { Handlers } from '@cleangrid/proto/grpc-service.ts';
import { decodeScenarios, decodeSuite } from '@cleangrid/proto/wire-plan.ts';
import { wireTraceMode } from '@cleangrid/proto/wire-trace-mode.ts';

type SubmitCall = Parameters<Handlers<(typeof Runs)['method']>['submit']>[0];
type Question = NonNullable<MessageInitShape<typeof AskSchema>['kind']>;

export function serveSubmit(call: SubmitCall, runs: RunService): void {
  const client = new Respondent(call);
  client.started
    .then((start) => submit(start, client, runs))
    .then(
      () => {
        call.write(create(SubmitResponseSchema, { kind: { case: 'stored', value: {} } }));
        call.end();
      },
      (error: unknown) => void call.emit('error', statusOf(error)),
    );
}

async function submit(
  { run, suitesJson, blobs, traceMode }: Start,
  client: Respondent,
  runs: RunService,
): Promise<void> {
  const blob = (sha256: string): [Sha256, () => Promise<Uint8Array>] => [
    id<Sha256>(sha256),
    () => client.ask({ case: 'blob', value: sha256 }),
  ];
  await runs.submit({
    run: id<RunId>(run),
    suites: suitesJson.map(decodeSuite),
    traceMode: wireTraceMode.decode(traceMode),
    scenarios: scenarioChunks(client, suitesJson.length),
    blobs: new Map(blobs.map(blob)),
  });
}

async function* scenarioChunks(client: Respondent, suiteCount: number): AsyncGenerator<SubmittedScenario[]> {
  for (;;) {
    const chunk = decodeScenarios(await client.ask({ case: 'scenarios', value: {} }));
    if (chunk.length === 0) return;
    const stray = chunk.find(({ head }) => !isOrdinal(head.suite, suiteCount))?.head;
    if (stray) throw new GridError('bad_usage', `scenario '${stray.name}' belongs to no suite of its run`);
    yield chunk;
  }
}

function isOrdinal(value: number, count: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < count;
}

interface Asked {
  resolve(bytes: Uint8Array): void;
  reject(error: GridError): void;
}

/** The client's end of the conversation. */
class Respondent {
  readonly started: Promise<Start>;
  readonly #call: SubmitCall;
  readonly #start = Promise.withResolvers<Start>();
  /** Not answered yet, oldest first. */
  #asked: Asked[] = [];
  #pieces = new PieceCollector();
  #left: GridError | null = null;

  constructor(call: SubmitCall) {
    this.#call = call;
    this.started = this.#start.promise;
    call.on('data', (request: SubmitRequest) => this.#receive(request));
    const leave = (): void =>
      this.#leave(new GridError('cancelled', 'the client left before its plan ended'));
    call.on('end', leave);
    call.on('cancelled', leave);
  }

  async ask(kind: Question): Promise<Uint8Array> {
    if (this.#left) throw this.#left;
    this.#call.write(create(SubmitResponseSchema, { kind: { case: 'ask', value: { kind } } }));
    return new Promise((resolve, reject) => this.#asked.push({ resolve, reject }));
  }

  #receive({ kind }: SubmitRequest): void {
    switch (kind.case) {
      case 'start':
        return this.#start.resolve(kind.value);
      case 'answer':
        return this.#receiveAnswer(kind.value);
      case undefined:
        return this.#leave(new GridError('version_mismatch', 'a message of an unknown kind'));
    }
  }

  #receiveAnswer({ data, last }: Answer): void {
    try {
      this.#pieces.add(data);
    } catch (error) {
      return this.#leave(error as GridError);
    }
    if (last) this.#asked.shift()?.resolve(this.#pieces.take());
  }

  #leave(error: GridError): void {
    this.#left ??= error;
    this.#start.reject(error);
    for (const { reject } of this.#asked.splice(0)) reject(error);
  }
}
