/** A coordinator's listener on loopback and what dials it, for tests of the wire. Ports that a test does not use are refused. */

import type { AcceptAgent } from '@cleangrid/core/agent-link.ts';
import { GridError } from '@cleangrid/core/errors.ts';
import type { RunService } from '@cleangrid/core/run-service.ts';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import { version } from '@cleangrid/core/version.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';
import { type RunningGrpcServer, serveGrpc } from '@cleangrid/coordinator/adapters/grpc-server.ts';
import type { GrpcTarget, Keepalive } from '@cleangrid/proto/adapters/grpc-transport.ts';
import type { Introduction } from '@cleangrid/proto/gate.ts';
import type { TlsMaterial } from '@cleangrid/proto/transport-security.ts';

export interface GrpcUnderTest {
  accept?: AcceptAgent;
  runs?: Partial<RunService>;
  blobs?: BlobStore;
  introduction?: Introduction;
  tls?: TlsMaterial<Uint8Array>;
  keepalive?: Keepalive;
  port?: number;
}

export const plainIntroduction: Introduction = { version, token: null };

export async function openGrpc(tested: GrpcUnderTest): Promise<RunningGrpcServer & { target: GrpcTarget }> {
  const { introduction = plainIntroduction, tls = null, port = 0, keepalive } = tested;
  const own = { introduction, tls, ...(keepalive && { keepalive }) };
  const server = await serveGrpc(
    { address: `127.0.0.1:${port}`, ...own },
    {
      accept: tested.accept ?? refuse,
      runs: {
        submit: refuse,
        watch: refuse,
        cancel: refuse,
        list: refuse,
        get: refuse,
        scenarios: refuse,
        spans: refuse,
        agents: refuse,
        ...tested.runs,
      },
      blobs: tested.blobs ?? { has: refuse, get: refuse, put: refuse },
      clock: systemClock,
    },
  );
  return { ...server, target: { address: `localhost:${server.port}`, ...own } };
}

function refuse(): never {
  throw new GridError('bad_usage', 'this test serves no such thing');
}
