/** What one message of the call `Connect` carries, as each of its two ends writes and reads it. */

import { create } from '@bufbuild/protobuf';
import type { ToAgent } from '@cleangrid/core/protocol.ts';
import {
  ConnectRequestSchema,
  ConnectResponseSchema,
  type ConnectRequest,
  type ConnectResponse,
} from './gen/cleangrid/v1/agents_pb.ts';
import { resultsWeight } from './result-weight.ts';
import { type AgentMessage, decodeFromAgent, encodeFromAgent } from './wire-from-agent.ts';
import { decodeToAgent, encodeToAgent } from './wire-to-agent.ts';

export interface LinkCodec<Out, In, OutBatch, InBatch> {
  encode(messages: Out[], goodbye: string | null): OutBatch;
  /** Throws `version_mismatch`. */
  decode(batch: InBatch): LinkBatch<In>;
  /** By its results; 1 for a message without any. */
  weigh(message: Out): number;
}

/** `goodbye`: why the sender closes, after these messages; null when it does not. */
export interface LinkBatch<Message> {
  messages: Message[];
  goodbye: string | null;
}

export const agentEnd: LinkCodec<AgentMessage, ToAgent, ConnectRequest, ConnectResponse> = {
  encode: (messages, goodbye) =>
    create(ConnectRequestSchema, { messages: messages.map(encodeFromAgent), ...goodbyeField(goodbye) }),
  decode: ({ messages, goodbye }) => ({
    messages: messages.map(decodeToAgent),
    goodbye: goodbye?.reason ?? null,
  }),
  weigh: (message) => (message.kind === 'frame' ? resultsWeight(message.results) : 1),
};

export const coordinatorEnd: LinkCodec<ToAgent, AgentMessage, ConnectResponse, ConnectRequest> = {
  encode: (messages, goodbye) =>
    create(ConnectResponseSchema, { messages: messages.map(encodeToAgent), ...goodbyeField(goodbye) }),
  decode: ({ messages, goodbye }) => ({
    messages: messages.map(decodeFromAgent),
    goodbye: goodbye?.reason ?? null,
  }),
  weigh: () => 1,
};

function goodbyeField(reason: string | null): { goodbye?: { reason: string } } {
  return reason === null ? {} : { goodbye: { reason } };
}
