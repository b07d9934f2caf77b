/** The client's end of a submission: answers what the coordinator asks for, one question after the other, holding one answer at a time. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { GridError } from '@cleangrid/core/errors.ts';
import { id, type Sha256 } from '@cleangrid/core/ids.ts';
import type { Submission, SubmittedScenario } from '@cleangrid/core/run-service.ts';
import type { ClientDuplexStream } from '@grpc/grpc-js';
import { piecesOf } from '../collect-pieces.ts';
import {
  type Ask,
  type SubmitRequest,
  SubmitRequestSchema,
  type SubmitResponse,
} from '../gen/cleangrid/v1/runs_pb.ts';
import { unreadable } from '../unreadable.ts';
import { encodeScenarios, encodeSuite } from '../wire-plan.ts';
import { wireTraceMode } from '../wire-trace-mode.ts';
import { answersOf } from './grpc-calls.ts';

type SubmitCall = ClientDuplexStream<SubmitRequest, SubmitResponse>;

/** Resolves when the coordinator says that all is stored. */
export async function submitOver(call: SubmitCall, submission: Submission, peer: string): Promise<void> {
  const { run, suites, blobs, traceMode } = submission;
  const write = writerOf(call);
  const scenarios = chunksOf(submission);
  const start = {
    run,
    suitesJson: suites.map(encodeSuite),
    blobs: [...blobs.keys()],
    traceMode: wireTraceMode.encode(traceMode),
  };
  await write({ kind: { case: 'start', value: start } });
  for await (const { kind } of answersOf(peer, call)) {
    switch (kind.case) {
      case 'ask':
        for (const piece of answerPieces(await bytesFor(kind.value, submission, scenarios)))
          await write(piece);
        break;
      case 'stored':
        return;
      case undefined:
        return unreadable('an answer of an unknown kind');
    }
  }
  throw new GridError('unavailable', `${peer} ended the submission before it was stored`, {
    hint: 'Submit again: the same run id is the same run.',
  });
}

async function bytesFor(
  { kind }: Ask,
  { blobs }: Submission,
  scenarios: AsyncIterator<SubmittedScenario[], void>,
): Promise<Uint8Array> {
  switch (kind.case) {
    case 'scenarios': {
      const { value } = await scenarios.next();
      return encodeScenarios(value ?? []);
    }
    case 'blob': {
      const load = blobs.get(id<Sha256>(kind.value));
      if (load) return load();
      return unreadable(`a question for blob ${kind.value}`);
    }
    case undefined:
      return unreadable('a question of an unknown kind');
  }
}

/** An empty chunk would say that there are no more. */
async function* chunksOf({ scenarios }: Submission): AsyncGenerator<SubmittedScenario[], void> {
  for await (const chunk of scenarios) if (chunk.length > 0) yield chunk;
}

function* answerPieces(bytes: Uint8Array): Generator<MessageInitShape<typeof SubmitRequestSchema>> {
  let left = bytes.length;
  for (const data of piecesOf(bytes)) {
    left -= data.length;
    yield { kind: { case: 'answer', value: { data, last: left === 0 } } };
  }
}

/** Resolves when the transport can take more; also when the call has ended, which its reader learns. */
function writerOf(
  call: SubmitCall,
): (request: MessageInitShape<typeof SubmitRequestSchema>) => Promise<void> {
  let proceed = (): void => {};
  call.on('close', () => proceed());
  return (request) =>
    new Promise((resolve) => {
      proceed = resolve;
      call.write(create(SubmitRequestSchema, request), () => resolve());
    });
}
