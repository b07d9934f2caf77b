/** The coordinator's end of its agents' links over gRPC: serves `cleangrid.v1.Agents`. */

import { create } from '@bufbuild/protobuf';
import type { AcceptAgent, ChannelEvents } from '@cleangrid/core/agent-link.ts';
import type { Clock } from '@cleangrid/core/clock.ts';
import type { FromAgent } from '@cleangrid/core/protocol.ts';
import { GrpcChannel } from '@cleangrid/proto/adapters/grpc-channel.ts';
import { type Agents, BeatResponseSchema } from '@cleangrid/proto/gen/cleangrid/v1/agents_pb.ts';
import type { Handlers } from '@cleangrid/proto/grpc-service.ts';
import { coordinatorEnd } from '@cleangrid/proto/link-codecs.ts';
import { status } from '@grpc/grpc-js';

type Methods = (typeof Agents)['method'];
type Receiver = Pick<ChannelEvents<FromAgent>, 'message'>;

/** Beats arrive on calls of their own and are told to the connection of the same life of the same agent. */
export function grpcAgents(accept: AcceptAgent, clock: Clock): Handlers<Methods> {
  const lives = new Map<string, Receiver>();
  return {
    connect: (call) => serveConnect(call, { accept, clock, lives }),
    beat: (call, answer) => serveBeat(call, answer, lives),
  };
}

interface ConnectParts {
  accept: AcceptAgent;
  clock: Clock;
  lives: Map<string, Receiver>;
}

function serveConnect(call: Parameters<Handlers<Methods>['connect']>[0], parts: ConnectParts): void {
  const { accept, clock, lives } = parts;
  const channel = new GrpcChannel({
    call,
    codec: coordinatorEnd,
    cut: (details) => void call.emit('error', { code: status.ABORTED, details }),
    clock,
  });
  const events = accept(channel);
  let life: string | null = null;
  channel.listen({
    message: (message) => {
      if (message.kind === 'hello') {
        life = lifeKey(message.agent, message.boot);
        lives.set(life, events);
      }
      events.message(message);
    },
    closed: (reason) => {
      if (life !== null && lives.get(life) === events) lives.delete(life);
      events.closed(reason);
    },
  });
  call.on('end', () => channel.over('the agent hung up'));
  call.on('cancelled', () => channel.over('the connection was cut'));
  call.on('finish', () => channel.over('the connection was closed'));
}

function serveBeat(
  call: Parameters<Handlers<Methods>['beat']>[0],
  answer: Parameters<Handlers<Methods>['beat']>[1],
  lives: Map<string, Receiver>,
): void {
  call.on('data', ({ agent, boot, loopTickMs }) => {
    lives.get(lifeKey(agent, Number(boot)))?.message({ kind: 'beat', loopTickMs });
  });
  call.on('error', () => {});
  call.on('end', () => answer(null, create(BeatResponseSchema)));
}

function lifeKey(agent: string, boot: number): string {
  return `${agent} ${boot}`;
}
