/** Serves `cleangrid.v1.Blobs` from the coordinator's blob store. */

import { create } from '@bufbuild/protobuf';
import { GridError } from '@cleangrid/core/errors.ts';
import { id, type Sha256 } from '@cleangrid/core/ids.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';
import { PieceCollector, piecesOf } from '@cleangrid/proto/collect-pieces.ts';
import {
  type Blobs,
  GetResponseSchema,
  HasResponseSchema,
  type PutRequest,
  PutResponseSchema,
} from '@cleangrid/proto/gen/cleangrid/v1/blobs_pb.ts';
import type { Handlers } from '@cleangrid/proto/grpc-service.ts';
import { clientStream, serverStream, unary } from './grpc-handlers.ts';

export function grpcBlobs(blobs: BlobStore): Handlers<(typeof Blobs)['method']> {
  return {
    has: unary(async ({ sha256 }) =>
      create(HasResponseSchema, { present: await blobs.has(sha256Of(sha256)) }),
    ),
    get: serverStream(async ({ request, send, signal }) => {
      for (const data of piecesOf(await blobs.get(sha256Of(request.sha256)))) {
        if (signal.aborted) return;
        await send(create(GetResponseSchema, { data }));
      }
    }),
    put: clientStream(async (requests) => {
      await putBlob(blobs, requests);
      return create(PutResponseSchema);
    }),
  };
}

async function putBlob(blobs: BlobStore, requests: AsyncIterable<PutRequest>): Promise<void> {
  const pieces = new PieceCollector();
  let name: string | null = null;
  for await (const { sha256, data } of requests) {
    name ??= sha256;
    pieces.add(data);
  }
  await blobs.put(sha256Of(name ?? ''), pieces.take());
}

/** A store may use it as a file's name. */
function sha256Of(text: string): Sha256 {
  if (/^[0-9a-f]{64}$/.test(text)) return id<Sha256>(text);
  throw new GridError('bad_usage', `'${text.slice(0, 80)}' is not a SHA-256 in lowercase hex`);
}
