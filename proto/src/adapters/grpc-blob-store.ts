/** The coordinator's blobs, for agents and clients. Keeps nothing: a cache is the caller's. */

import { createHash } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import type { Clock } from '@cleangrid/core/clock.ts';
import { GridError } from '@cleangrid/core/errors.ts';
import type { Sha256 } from '@cleangrid/core/ids.ts';
import { blobCallMsMax, unaryCallMsMax } from '@cleangrid/core/limits.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';
import { Metadata } from '@grpc/grpc-js';
import { PieceCollector, piecesOf } from '../collect-pieces.ts';
import {
  Blobs,
  GetRequestSchema,
  HasRequestSchema,
  type HasResponse,
  PutRequestSchema,
  type PutResponse,
} from '../gen/cleangrid/v1/blobs_pb.ts';
import { type Calls, grpcClient } from '../grpc-service.ts';
import { type StartCall, answerOf, answersOf, deadlineIn } from './grpc-calls.ts';
import { dialOptions, type GrpcTarget } from './grpc-transport.ts';

export class GrpcBlobStore implements BlobStore {
  readonly #client: Calls<(typeof Blobs)['method']>;
  readonly #clock: Clock;
  readonly #peer: string;

  constructor(target: GrpcTarget, clock: Clock) {
    this.#clock = clock;
    this.#client = grpcClient(Blobs, dialOptions(target));
    this.#peer = `the coordinator at ${target.address}`;
  }

  async has(sha256: Sha256): Promise<boolean> {
    const request = create(HasRequestSchema, { sha256 });
    const { present } = await this.#ask<HasResponse>((answered, metadata) =>
      this.#client.has(request, metadata, deadlineIn(unaryCallMsMax), answered),
    );
    return present;
  }

  /** Throws `unavailable` too, also for bytes that are not what was asked for. */
  async get(sha256: Sha256): Promise<Uint8Array> {
    const request = create(GetRequestSchema, { sha256 });
    const call = this.#client.get(request, new Metadata(), deadlineIn(blobCallMsMax));
    const pieces = new PieceCollector();
    for await (const { data } of answersOf(this.#peer, call)) pieces.add(data);
    const bytes = pieces.take();
    if (createHash('sha256').update(bytes).digest('hex') === sha256) return bytes;
    throw new GridError('unavailable', `${this.#peer} gave other bytes than those of blob ${sha256}`);
  }

  async put(sha256: Sha256, bytes: Uint8Array): Promise<void> {
    await this.#ask<PutResponse>((answered, metadata) => {
      const call = this.#client.put(metadata, deadlineIn(blobCallMsMax), answered);
      // Told by the answer; an error without a listener would end the process.
      call.on('error', () => {});
      for (const data of piecesOf(bytes)) call.write(create(PutRequestSchema, { sha256, data }));
      call.end();
    });
  }

  #ask<Output>(start: StartCall<Output>): Promise<Output> {
    return answerOf({ peer: this.#peer, clock: this.#clock, start });
  }

  close(): void {
    this.#client.close();
  }
}
