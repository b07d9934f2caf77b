/** One end of a `Connect` call as a `Channel`. Both ends are alike; only how a call is cut differs. */

import type { Channel, ChannelEvents } from '@cleangrid/core/agent-link.ts';
import type { CancelTimer, Clock } from '@cleangrid/core/clock.ts';
import { messageOf } from '@cleangrid/core/errors.ts';
import { goodbyeMsMax } from '@cleangrid/core/limits.ts';
import { BatchWriter } from '../batch-writer.ts';
import type { LinkBatch, LinkCodec } from '../link-codecs.ts';

/** What both grpc-js's client and server streams are. */
export interface ConnectCall<OutBatch, InBatch> {
  write(batch: OutBatch, taken: () => void): boolean;
  end(): unknown;
  on(event: 'data', listener: (batch: InBatch) => void): unknown;
}

export interface GrpcChannelParts<Out, In, OutBatch, InBatch> {
  call: ConnectCall<OutBatch, InBatch>;
  codec: LinkCodec<Out, In, OutBatch, InBatch>;
  /** Ends the call although the other end did not. */
  cut(reason: string): void;
  clock: Clock;
}

/**
 * ```
 * open ── close() ──▶ leaving ── the call is over, or cut ──▶ over
 *   └───── goodbye, or the call is over ───────────────────────▲
 * ```
 */
export class GrpcChannel<Out, In, OutBatch, InBatch> implements Channel<Out> {
  readonly #parts: GrpcChannelParts<Out, In, OutBatch, InBatch>;
  readonly #writer: BatchWriter<Out>;
  #events: ChannelEvents<In> | null = null;
  #state: 'open' | 'leaving' | 'over' = 'open';
  #reason = '';
  #cutTimer: CancelTimer | null = null;

  constructor(parts: GrpcChannelParts<Out, In, OutBatch, InBatch>) {
    const { call, codec } = parts;
    this.#parts = parts;
    this.#writer = new BatchWriter({
      write: (batch, taken) => void call.write(codec.encode(batch, null), taken),
      weigh: codec.weigh,
      defer: setImmediate,
    });
  }

  listen(events: ChannelEvents<In>): void {
    this.#events = events;
    this.#parts.call.on('data', (batch) => this.#receive(batch));
  }

  send(message: Out): boolean {
    return this.#state === 'open' ? this.#writer.send(message) : true;
  }

  drained(): Promise<void> {
    return this.#writer.drained();
  }

  close(reason: string): void {
    if (this.#state !== 'open') return;
    this.#state = 'leaving';
    this.#reason = reason;
    this.#cutTimer = this.#parts.clock.after(goodbyeMsMax, () => this.#cut('the other end did not hang up'));
    void this.#writer.flushed().then(() => {
      if (this.#state !== 'leaving') return;
      const { call, codec } = this.#parts;
      call.write(codec.encode([], reason), () => {});
      call.end();
    });
  }

  /** The call has ended, or is cut. */
  over(reason: string): void {
    if (this.#state === 'over') return;
    const told = this.#state === 'leaving' ? this.#reason : reason;
    this.#state = 'over';
    this.#cutTimer?.();
    this.#writer.stop();
    setImmediate(() => this.#events?.closed(told));
  }

  #receive(batch: InBatch): void {
    if (this.#state !== 'open') return;
    const received = this.#decode(batch);
    if (!received) return;
    for (const message of received.messages) {
      this.#events?.message(message);
      // A message may have closed this end.
      if (this.#state !== 'open') return;
    }
    if (received.goodbye === null) return;
    this.over(received.goodbye);
    this.#parts.call.end();
  }

  #decode(batch: InBatch): LinkBatch<In> | null {
    try {
      return this.#parts.codec.decode(batch);
    } catch (error) {
      this.#cut(messageOf(error));
      return null;
    }
  }

  #cut(reason: string): void {
    this.#parts.cut(reason);
    this.over(reason);
  }
}
