/** The agent's end of the link to its coordinator over gRPC. Beats leave it for a thread and a connection of their own (rule 13). */

import type { AgentDialer, Channel, ChannelEvents } from '@cleangrid/core/agent-link.ts';
import type { Clock } from '@cleangrid/core/clock.ts';
import type { FromAgent, ToAgent } from '@cleangrid/core/protocol.ts';
import { GrpcChannel } from '@cleangrid/proto/adapters/grpc-channel.ts';
import { gridErrorOf } from '@cleangrid/proto/adapters/grpc-error.ts';
import { dialOptions, type GrpcTarget } from '@cleangrid/proto/adapters/grpc-transport.ts';
import { Agents } from '@cleangrid/proto/gen/cleangrid/v1/agents_pb.ts';
import { type Calls, grpcClient } from '@cleangrid/proto/grpc-service.ts';
import { agentEnd } from '@cleangrid/proto/link-codecs.ts';
import { Metadata, type StatusObject, status } from '@grpc/grpc-js';
import { BeatThread } from './grpc-beats.ts';

/** Why a coordinator turns an agent away that dialling again would not help. */
const finalStatuses: readonly status[] = [status.FAILED_PRECONDITION, status.UNAUTHENTICATED];

/** Each dial makes a TCP connection, and another for beats once the coordinator welcomes it. The agent dials again when one has closed. */
export function grpcDialer(target: GrpcTarget, clock: Clock, beatTarget: GrpcTarget = target): AgentDialer {
  const beats = new BeatThread(beatTarget);
  return {
    dial(events) {
      const client = grpcClient(Agents, dialOptions(target));
      const channel = openChannel(client, clock, {
        message: (message) => {
          if (message.kind === 'welcome') beats.start(message.settings.beatIntervalMs);
          events.message(message);
        },
        closed: (reason) => {
          beats.stop();
          client.close();
          events.closed(reason);
        },
      });
      return {
        send: (message) => {
          if (message.kind === 'beat') {
            beats.tick(message.loopTickMs);
            return true;
          }
          if (message.kind === 'hello') beats.introduce(message.agent, message.boot);
          return channel.send(message);
        },
        drained: () => channel.drained(),
        close: (reason) => channel.close(reason),
      };
    },
  };
}

function openChannel(
  client: Calls<(typeof Agents)['method']>,
  clock: Clock,
  events: ChannelEvents<ToAgent>,
): Channel<Exclude<FromAgent, { kind: 'beat' }>> {
  const call = client.connect(new Metadata(), {});
  const channel = new GrpcChannel({ call, codec: agentEnd, cut: () => call.cancel(), clock });
  channel.listen(events);
  // The status says it all; an error without a listener would end the process.
  call.on('error', () => {});
  call.on('status', (ended: StatusObject) => {
    const { message: reason } = gridErrorOf(
      Object.assign(new Error(ended.details), ended),
      'the coordinator',
    );
    if (finalStatuses.includes(ended.code)) events.message({ kind: 'refused', reason });
    channel.over(ended.code === status.OK ? 'the coordinator hung up' : reason);
  });
  return channel;
}
