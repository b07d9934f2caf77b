/** The thread behind `grpc-beats.ts`: one small call on a connection of its own, opened again whenever it breaks. Its clock is the machine's. */

import { parentPort, workerData } from 'node:worker_threads';
import { create } from '@bufbuild/protobuf';
import type { CancelTimer } from '@cleangrid/core/clock.ts';
import { reconnectMsFirst } from '@cleangrid/core/limits.ts';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import { dialOptions } from '@cleangrid/proto/adapters/grpc-transport.ts';
import { Agents, BeatRequestSchema } from '@cleangrid/proto/gen/cleangrid/v1/agents_pb.ts';
import { grpcClient } from '@cleangrid/proto/grpc-service.ts';
import { Metadata } from '@grpc/grpc-js';
import { type BeatOrder, type BeatThreadData, processMs } from './grpc-beats.ts';

const { target, lastTickMs } = workerData as BeatThreadData;
let stop = (): void => {};

parentPort?.on('message', (order: BeatOrder) => {
  stop();
  stop = order.kind === 'start' ? beatFor(order) : () => {};
});

/** Until the returned function is called. */
function beatFor({ agent, boot, intervalMs }: Extract<BeatOrder, { kind: 'start' }>): () => void {
  const client = grpcClient(Agents, dialOptions(target));
  let cancelTimer: CancelTimer = () => {};
  let isStopped = false;
  let call = open();
  beat();
  return () => {
    isStopped = true;
    cancelTimer();
    call.end();
    client.close();
  };

  function open(): ReturnType<typeof client.beat> {
    const opened = client.beat(new Metadata(), {}, () => {
      systemClock.after(reconnectMsFirst, () => {
        if (!isStopped) call = open();
      });
    });
    // Told by the answer; an error without a listener would end the process.
    opened.on('error', () => {});
    return opened;
  }

  function beat(): void {
    cancelTimer = systemClock.after(intervalMs, beat);
    // What the transport does not take is left out: an old beat proves nothing.
    if (call.writableNeedDrain || !call.writable) return;
    const loopTickMs = Math.max(0, processMs() - (lastTickMs[0] ?? 0));
    call.write(create(BeatRequestSchema, { agent, boot: BigInt(boot), loopTickMs }));
  }
}
