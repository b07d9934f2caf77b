/** What the coordinator says to agents ↔ `cleangrid.v1.ToAgent`. */

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { unreachable } from '@cleangrid/core/errors.ts';
import type { ToAgent } from '@cleangrid/core/protocol.ts';
import {
  Fence,
  ToAgentSchema,
  type ToAgent as WireToAgent,
  type Welcome as WireWelcome,
} from './gen/cleangrid/v1/agents_pb.ts';
import { required, unreadable } from './unreadable.ts';
import { wireEnum } from './wire-enum.ts';
import { decodeEpoch, encodeEpoch } from './wire-from-agent.ts';
import { decodeRef, encodeRef } from './wire-result.ts';

type Shape = NonNullable<MessageInitShape<typeof ToAgentSchema>['kind']>;

const fences = wireEnum('answer', { stored: Fence.STORED, stale: Fence.STALE });

export function encodeToAgent(message: ToAgent): WireToAgent {
  return create(ToAgentSchema, { kind: shape(message) });
}

/** Throws `version_mismatch`. */
export function decodeToAgent({ kind }: WireToAgent): ToAgent {
  switch (kind.case) {
    case 'welcome':
      return decodeWelcome(kind.value);
    case 'refused':
      return { kind: 'refused', reason: kind.value.reason };
    case 'acceptStored':
    case 'closeStored':
      return { kind: kind.case, ref: decodeRef(kind.value.ref), answer: fences.decode(kind.value.answer) };
    case 'framesStored': {
      const { ref, seq, answer } = kind.value;
      return { kind: 'framesStored', ref: decodeRef(ref), seq, answer: fences.decode(answer) };
    }
    case 'revoke':
      return { kind: 'revoke', ref: decodeRef(kind.value) };
    case undefined:
      return unreadable('a message of an unknown kind');
    default:
      return unreachable(kind);
  }
}

function shape(message: ToAgent): Shape {
  switch (message.kind) {
    case 'welcome': {
      const { epoch, mailbox, kill, settings } = message;
      const value = { epoch: encodeEpoch(epoch), mailbox, kill: kill.map(encodeRef), settings };
      return { case: 'welcome', value };
    }
    case 'refused':
      return { case: 'refused', value: { reason: message.reason } };
    case 'acceptStored':
    case 'closeStored': {
      const value = { ref: encodeRef(message.ref), answer: fences.encode(message.answer) };
      return { case: message.kind, value };
    }
    case 'framesStored': {
      const { ref, seq, answer } = message;
      return { case: 'framesStored', value: { ref: encodeRef(ref), seq, answer: fences.encode(answer) } };
    }
    case 'revoke':
      return { case: 'revoke', value: encodeRef(message.ref) };
    default:
      return unreachable(message);
  }
}

function decodeWelcome({ epoch, mailbox, kill, settings }: WireWelcome): ToAgent {
  const { beatIntervalMs } = required(settings, 'settings');
  return {
    kind: 'welcome',
    epoch: decodeEpoch(required(epoch, 'epoch')),
    mailbox,
    kill: kill.map(decodeRef),
    settings: { beatIntervalMs },
  };
}
