/** The coordinator's listener: agents, runs and blobs on one port, behind one gate. */

import type { AcceptAgent } from '@cleangrid/core/agent-link.ts';
import type { Clock } from '@cleangrid/core/clock.ts';
import { GridError, messageOf } from '@cleangrid/core/errors.ts';
import { goodbyeMsMax } from '@cleangrid/core/limits.ts';
import type { RunService } from '@cleangrid/core/run-service.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';
import {
  type Keepalive,
  serverCredentials,
  serverOptions,
} from '@cleangrid/proto/adapters/grpc-transport.ts';
import type { Introduction } from '@cleangrid/proto/gate.ts';
import { Agents } from '@cleangrid/proto/gen/cleangrid/v1/agents_pb.ts';
import { Blobs } from '@cleangrid/proto/gen/cleangrid/v1/blobs_pb.ts';
import { Runs } from '@cleangrid/proto/gen/cleangrid/v1/runs_pb.ts';
import { grpcService } from '@cleangrid/proto/grpc-service.ts';
import type { TlsMaterial } from '@cleangrid/proto/transport-security.ts';
import { Server } from '@grpc/grpc-js';
import { grpcAgents } from './grpc-agents.ts';
import { grpcBlobs } from './grpc-blobs.ts';
import { grpcRuns } from './grpc-runs.ts';
import { widenWindows } from './widen-windows.ts';

export interface GrpcListener {
  /** `host:port`; port 0 takes a free one. */
  address: string;
  /** As `decideTransport` decided. */
  tls: TlsMaterial<Uint8Array> | null;
  introduction: Introduction;
  keepalive?: Keepalive;
}

export interface Served {
  accept: AcceptAgent;
  runs: RunService;
  blobs: BlobStore;
  clock: Clock;
}

export interface RunningGrpcServer {
  port: number;
  /** Lets open calls end, which the coordinator's own close makes them do; after `graceMs` it cuts what is left. */
  close(graceMs?: number): Promise<void>;
}

/** Throws `bad_usage` when the address cannot be listened on. */
export async function serveGrpc(
  listener: GrpcListener,
  { accept, runs, blobs, clock }: Served,
): Promise<RunningGrpcServer> {
  const server = new Server(serverOptions(listener.introduction, listener.keepalive));
  server.addService(grpcService(Agents), { ...grpcAgents(accept, clock) });
  server.addService(grpcService(Runs), { ...grpcRuns(runs) });
  server.addService(grpcService(Blobs), { ...grpcBlobs(blobs) });
  const port = await bind(server, listener);
  const stopWidening = widenWindows();
  return {
    port,
    close: (graceMs = goodbyeMsMax) =>
      new Promise((resolve) => {
        const cancel = clock.after(graceMs, () => server.forceShutdown());
        server.tryShutdown(() => {
          cancel();
          stopWidening();
          resolve();
        });
      }),
  };
}

function bind(server: Server, { address, tls }: GrpcListener): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, serverCredentials(tls), (error, port) => {
      if (!error) return resolve(port);
      reject(
        new GridError('bad_usage', `cannot listen on ${address}: ${reasonOf(error)}`, {
          hint: 'Choose another address with --listen, or end what uses it.',
        }),
      );
    });
  });
}

/** grpc-js counts addresses before it says what happened. */
function reasonOf(error: Error): string {
  const [, reasons] =
    /^No address added out of total \d+ resolved errors: \[(.*)\]$/su.exec(error.message) ?? [];
  return reasons ?? messageOf(error);
}
