/** What one boot of an agent holds: attempts from their acceptance until nothing of them is outstanding, at most `slots` of them running. */

import type { Clock } from '@cleangrid/core/clock.ts';
import { GridError, messageOf } from '@cleangrid/core/errors.ts';
import type { ReceivedDelivery } from '@cleangrid/core/mailboxes.ts';
import { type AttemptClose, type AttemptRef, type FromAgent, opened } from '@cleangrid/core/protocol.ts';
import { broken } from '@cleangrid/core/verdict.ts';
import { attemptLogFields } from '@cleangrid/proto/log-fields.ts';
import { readScenario } from '@cleangrid/proto/wire-plan.ts';
import type { Logger } from 'pino';
import { attemptKey } from './attempt-key.ts';
import type { AttemptReport, AttemptRunner } from './attempt-runner.ts';
import { type AttemptEvent, type AttemptState, nextAttemptState } from './attempt-state.ts';
import type { Outbox } from './outbox.ts';
import { StepProgress } from './step-progress.ts';
import { Tombstones } from './tombstones.ts';

export interface HeldAttemptsOptions {
  slots: number;
  runner: AttemptRunner;
  outbox: Outbox;
  send(message: FromAgent): void;
  /** An attempt is held no longer, or runs no longer. */
  released(): void;
  clock: Clock;
  logger: Logger;
}

interface HeldAttempt {
  received: ReceivedDelivery;
  state: AttemptState;
  /** The coordinator was told that it started. */
  started: boolean;
  /** Nobody wants its results. */
  isMuted: boolean;
  abort: AbortController;
}

export class HeldAttempts {
  readonly #options: HeldAttemptsOptions;
  readonly #held = new Map<string, HeldAttempt>();
  readonly #tombstones = new Tombstones();
  readonly #queue = new Set<HeldAttempt>();
  readonly #runs = new Set<Promise<void>>();

  constructor(options: HeldAttemptsOptions) {
    this.#options = options;
  }

  /** Nothing is held, and nothing runs either. */
  get isIdle(): boolean {
    return this.#held.size === 0 && this.#runs.size === 0;
  }

  /** For the hello: all that this boot has not finished with. */
  refs(): AttemptRef[] {
    return [...this.#held.values()].map((held) => held.received.delivery.ref);
  }

  holds(ref: AttemptRef): boolean {
    return this.#held.has(attemptKey(ref));
  }

  /** Ended or revoked: a delivery of it is to be dropped (rule 6). */
  isOver(ref: AttemptRef): boolean {
    return this.#tombstones.has(ref);
  }

  /** The delivery is acknowledged when the coordinator has stored that it is accepted. */
  offer(received: ReceivedDelivery): void {
    const { ref } = received.delivery;
    this.#held.set(attemptKey(ref), {
      received,
      state: 'offered',
      started: false,
      isMuted: false,
      abort: new AbortController(),
    });
    this.#options.send({ kind: 'accepted', ref });
  }

  /** The coordinator knows that this agent has it: from now on it may run. */
  stored(ref: AttemptRef): void {
    const held = this.#held.get(attemptKey(ref));
    if (!held) return;
    if (held.state === 'offered') {
      held.received.acknowledge();
      this.#queue.add(held);
    }
    this.#move(held, 'stored');
    this.#fillSlots();
  }

  /** Answered by `stopped`, now or when its processes are dead. The tombstone is for a delivery that is still on its way. */
  revoke(ref: AttemptRef): void {
    const held = this.#held.get(attemptKey(ref));
    if (!held || !isAlive(held.state)) this.#options.send({ kind: 'stopped', ref, survivors: 0 });
    if (!held) return this.#tombstones.add(ref);
    this.#abort(held, 'revoked', 'the coordinator revoked the attempt');
    this.#options.outbox.release(ref);
  }

  /** Gives back what has not begun, so that another agent may have it at once. */
  returnUnstarted(): void {
    for (const { state, received } of this.#held.values())
      if (state === 'offered' || state === 'queued') this.revoke(received.delivery.ref);
  }

  /** Nobody wants it any more: killed, its results dropped, nothing said. */
  discard(ref: AttemptRef, reason: string): void {
    const held = this.#held.get(attemptKey(ref));
    if (!held) return;
    held.isMuted = true;
    this.#options.outbox.forget(ref);
    this.#abort(held, 'discarded', reason);
  }

  /** All that is held belongs to a grid that is no more; another one may use the same names. */
  forgetAll(reason: string): void {
    for (const ref of this.refs()) this.discard(ref, reason);
    this.#held.clear();
    this.#tombstones.clear();
    this.#options.released();
  }

  /** Resolves when nothing runs. */
  async discardAll(reason: string): Promise<void> {
    for (const ref of this.refs()) this.discard(ref, reason);
    await Promise.all(this.#runs);
  }

  /** Every result and the end of it are stored. */
  settled(ref: AttemptRef): void {
    const held = this.#held.get(attemptKey(ref));
    if (held) this.#move(held, 'answered');
  }

  /** What may have been lost with the last connection, apart from the outbox. */
  tellAgain(): void {
    for (const { state, started, received } of this.#held.values()) {
      const { ref } = received.delivery;
      if (state === 'offered') this.#options.send({ kind: 'accepted', ref });
      if (state === 'running' && started) this.#options.send({ kind: 'started', ref });
    }
  }

  #abort(held: HeldAttempt, event: 'revoked' | 'discarded', reason: string): void {
    if (held.state === 'offered') held.received.acknowledge();
    this.#queue.delete(held);
    this.#move(held, event);
    held.abort.abort(new GridError('cancelled', reason));
  }

  #fillSlots(): void {
    for (const held of this.#queue) {
      if (this.#runs.size >= this.#options.slots) return;
      this.#queue.delete(held);
      this.#move(held, 'slot');
      const run = this.#run(held).finally(() => {
        this.#runs.delete(run);
        this.#options.released();
        this.#fillSlots();
      });
      this.#runs.add(run);
    }
  }

  async #run(held: HeldAttempt): Promise<void> {
    const { delivery } = held.received;
    const { outbox, runner, clock, logger } = this.#options;
    const { ref } = delivery;
    const progress = new StepProgress(clock, (step) => this.#options.send({ kind: 'progress', ref, step }));
    let close: Omit<AttemptClose, 'lastSeq'>;
    let survivors = 0;
    try {
      const read = opened(delivery, readScenario);
      close = await runner.run(read, this.#report(held, progress), held.abort.signal);
    } catch (error) {
      logger.error({ ...attemptLogFields(delivery), err: error }, 'the attempt runner rejected');
      close = closeOfBug(error);
      // What it had started may live on: nobody proved the contrary.
      survivors = 1;
    }
    progress.end();
    const { state } = held;
    this.#move(held, 'ended');
    if (state === 'running') outbox.end(ref, { kind: 'close', close });
    if (state === 'stopping') outbox.end(ref, { kind: 'stopped', survivors });
  }

  #report(held: HeldAttempt, progress: StepProgress): AttemptReport {
    const { ref } = held.received.delivery;
    const { outbox } = this.#options;
    return {
      preparing: (message) => this.#options.send({ kind: 'preparing', ref, message }),
      started: () => {
        held.started = true;
        this.#options.send({ kind: 'started', ref });
      },
      stepStarted: (step) => progress.started(step),
      stepFinished: (result) => {
        progress.finished(result.step);
        if (held.isMuted) return;
        const room = outbox.add(ref, result);
        return held.state === 'running' ? room : undefined;
      },
      spanEnded: (span) => {
        if (!held.isMuted) outbox.addSpan(ref, span);
      },
      spansArrived: (batch) => {
        if (!held.isMuted) outbox.addSpanBatch(ref, batch);
      },
    };
  }

  /** The one writer of `state`. */
  #move(held: HeldAttempt, event: AttemptEvent): void {
    held.state = nextAttemptState(held.state, event);
    const { ref } = held.received.delivery;
    if (held.state !== 'gone' || this.#held.get(attemptKey(ref)) !== held) return;
    this.#held.delete(attemptKey(ref));
    this.#tombstones.add(ref);
    this.#options.released();
  }
}

function isAlive(state: AttemptState): boolean {
  return state === 'running' || state === 'stopping' || state === 'discarding';
}

function closeOfBug(error: unknown): Omit<AttemptClose, 'lastSeq'> {
  const verdict = broken('internal', `the agent failed to run the attempt: ${messageOf(error)}`);
  return { verdict, durationMs: 0, waitedMs: 0, reused: false, failedChecks: [], serviceLogs: [] };
}
