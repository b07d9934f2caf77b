/** An agent's half of the ping-pong: accepts every delivery, and reports each of its steps as passed without running it. */

import { grpcDialer } from '@cleangrid/agent/adapters/grpc-dialer.ts';
import { JetStreamReader } from '@cleangrid/agent/adapters/jetstream-reader.ts';
import type { Channel } from '@cleangrid/core/agent-link.ts';
import { type AgentId, id, type ShardId } from '@cleangrid/core/ids.ts';
import { frameResultsMax } from '@cleangrid/core/limits.ts';
import type { ReceivedDelivery } from '@cleangrid/core/mailboxes.ts';
import { type Delivery, type FromAgent, opened } from '@cleangrid/core/protocol.ts';
import { noOutput, type StepPlace, type StepResult } from '@cleangrid/core/result.ts';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import { passed } from '@cleangrid/core/verdict.ts';
import { version } from '@cleangrid/core/version.ts';
import { readScenario } from '@cleangrid/proto/wire-plan.ts';
import { connectNats } from '@cleangrid/proto/adapters/nats-connection.ts';
import { pino } from 'pino';
import { noBlobs } from './nothing.ts';

const [name = '', address = '', natsUrl = ''] = process.argv.slice(2);
const agent = id<AgentId>(name);
const connection = await connectNats({ servers: [natsUrl], tls: null, credentials: null, name });
const reader = new JetStreamReader({
  connection,
  blobs: noBlobs,
  clock: systemClock,
  logger: pino({ level: 'silent' }),
});
const where: StepPlace = { agent, container: '0'.repeat(64), service: null, executor: 'none' };
/** Accepted, and not yet known to be stored. */
const accepted = new Map<ShardId, ReceivedDelivery>();

const channel: Channel<FromAgent> = grpcDialer(
  { address, introduction: { version, token: null }, tls: null },
  systemClock,
).dial({
  message: (message) => {
    if (message.kind === 'welcome') reader.open(message.mailbox, accept);
    if (message.kind === 'acceptStored') play(message.ref.shard);
  },
  closed: () => process.exit(),
});
channel.send({
  kind: 'hello',
  agent,
  boot: 1,
  connection: 1,
  version,
  host: name,
  slots: 4,
  executor: 'none',
  holds: [],
  epoch: null,
});

function accept(received: ReceivedDelivery): void {
  const { ref } = received.delivery;
  accepted.set(ref.shard, received);
  channel.send({ kind: 'accepted', ref });
}

function play(shard: ShardId): void {
  const received = accepted.get(shard);
  if (!received) return;
  accepted.delete(shard);
  received.acknowledge();
  report(opened(received.delivery, readScenario));
}

function report({ ref, scenario }: Delivery): void {
  channel.send({ kind: 'started', ref });
  let lastSeq = 0;
  for (let from = 0; from < scenario.steps.length; from += frameResultsMax) {
    const results = scenario.steps.slice(from, from + frameResultsMax).map(({ id }) => resultOf(id));
    lastSeq += 1;
    channel.send({ kind: 'frame', ref, seq: lastSeq, results });
  }
  const close = {
    lastSeq,
    verdict: passed,
    durationMs: 1,
    waitedMs: 0,
    reused: false,
    failedChecks: [],
    serviceLogs: [],
  };
  channel.send({ kind: 'close', ref, close });
}

function resultOf(step: StepResult['step']): StepResult {
  return {
    step,
    verdict: passed,
    startedAtMs: systemClock.nowMs(),
    durationMs: 0,
    exit: { kind: 'code', code: 0 },
    failedChecks: [],
    stdout: noOutput,
    stderr: noOutput,
    where,
    evidence: null,
  };
}
