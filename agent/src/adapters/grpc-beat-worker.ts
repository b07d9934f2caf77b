/** The thread behind `grpc-beats.ts`: one small call on a connection of its own, opened again whenever it breaks. */

import { workerData } from 'node:worker_threads';
import { create } from '@bufbuild/protobuf';
import { reconnectMsFirst } from '@cleangrid/core/limits.ts';
import { dialOptions } from '@cleangrid/proto/adapters/grpc-transport.ts';
import { Agents, BeatRequestSchema } from '@cleangrid/proto/gen/cleangrid/v1/agents_pb.ts';
import { grpcClient } from '@cleangrid/proto/grpc-service.ts';
import { Metadata } from '@grpc/grpc-js';
import { type BeatOrders, processMs } from './grpc-beats.ts';

const { target, agent, boot, intervalMs, lastTickMs } = workerData as BeatOrders;
const client = grpcClient(Agents, dialOptions(target));
let call = open();
beat();
setInterval(beat, intervalMs);

function open(): ReturnType<typeof client.beat> {
  const opened = client.beat(new Metadata(), {}, () => setTimeout(() => (call = open()), reconnectMsFirst));
  opened.on('error', () => {});
  return opened;
}

/** Beats that the transport does not take are left out: an old one proves nothing. */
function beat(): void {
  if (call.writableNeedDrain || !call.writable) return;
  const loopTickMs = Math.max(0, processMs() - (lastTickMs[0] ?? 0));
  call.write(create(BeatRequestSchema, { agent, boot: BigInt(boot), loopTickMs }));
}
