/** The single writer: takes in messages and wishes, decides on a batch of them in one transaction, and only then answers (group commit). */

import { GridError, isGridError, messageOf } from '@cleangrid/core/errors.ts';
import { storeRetryMs, turnInputsMax, turnPauseMsMax } from '@cleangrid/core/limits.ts';
import { assign } from './assign.ts';
import { renewEpoch } from './begin-epoch.ts';
import { flushTurn } from './flush-turn.ts';
import type { Grid } from './grid.ts';
import { recover, resumeRuns } from './recover.ts';
import { Turn } from './turn.ts';

/** Makes its decision in memory and in the turn's transaction. Throws only when our own reasoning is wrong. */
export type Decide<T = void> = (turn: Turn) => T;

interface Input {
  decide(turn: Turn): void;
  /** After the commit. */
  stored(): void;
  failed(error: GridError): void;
}

/**
 * ```
 * up ⇄ down (the store failed: nothing is taken in, and memory is made anew from the store)
 *  └─ close ─▶ closed ◀─┘
 * ```
 */
export class EventLoop {
  readonly #grid: Grid;
  #state: 'up' | 'down' | 'closed' = 'up';
  #queue: Input[] = [];
  #isScheduled = false;
  /** Not before this, on the monotonic clock. */
  #nextTurnMs = 0;

  constructor(grid: Grid) {
    this.#grid = grid;
  }

  get isUp(): boolean {
    return this.#state === 'up';
  }

  get isClosed(): boolean {
    return this.#state === 'closed';
  }

  /** What it decides is dropped when the store fails: who sent it is disconnected, and sends again. */
  post(decide: Decide): void {
    this.#take({ decide, stored: () => {}, failed: () => {} });
  }

  /** Resolves after the commit of what `decide` did; rejects with `disk_full`, `store_failed` or `unavailable`, and nothing happened. */
  request<T>(decide: Decide<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let result: T;
      this.#take({
        decide: (turn) => {
          result = decide(turn);
        },
        stored: () => resolve(result),
        failed: reject,
      });
    });
  }

  /** Decides on what is there, then takes in nothing more. */
  close(): void {
    while (this.#state === 'up' && this.#queue.length > 0) this.#runTurn();
    this.#state = 'closed';
    this.#refuse(this.#queue.splice(0), new GridError('unavailable', 'the coordinator is closing'));
  }

  /** The store failed outside of a turn. */
  fail(error: GridError): void {
    this.#fail(error, []);
  }

  #take(input: Input): void {
    if (this.#state !== 'up') {
      const reason = this.#state === 'closed' ? 'the coordinator is closing' : 'the run store failed';
      return input.failed(new GridError('unavailable', reason));
    }
    this.#queue.push(input);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const { clock } = this.#grid;
    // What arrives until then shares the commit.
    clock.after(Math.max(0, this.#nextTurnMs - clock.monotonicMs()), () => {
      this.#isScheduled = false;
      if (this.#state === 'up' && this.#queue.length > 0) this.#runTurn();
    });
  }

  #runTurn(): void {
    const inputs = this.#queue.splice(0, turnInputsMax);
    const turn = this.#commit(inputs);
    if (!turn) return;
    turn.complete();
    for (const input of inputs) input.stored();
    if (turn.isUnfinished) this.post(() => {});
    if (this.#queue.length > 0) this.#schedule();
  }

  #commit(inputs: Input[]): Turn | null {
    const { clock, store } = this.#grid;
    let decidedMs = clock.monotonicMs();
    try {
      const turn = store.transaction((writes) => {
        const begun = new Turn(this.#grid, writes);
        for (const input of inputs) input.decide(begun);
        assign(begun);
        flushTurn(begun);
        decidedMs = clock.monotonicMs();
        return begun;
      });
      const nowMs = clock.monotonicMs();
      this.#nextTurnMs = nowMs + Math.min(nowMs - decidedMs, turnPauseMsMax);
      return turn;
    } catch (error) {
      if (!isGridError(error, 'disk_full', 'store_failed')) throw error;
      this.#fail(error, inputs);
      return null;
    }
  }

  /** Memory may be ahead of the store now: it is thrown away, and every agent has to say hello anew. */
  #fail(error: GridError, inputs: Input[]): void {
    this.#state = 'down';
    const { connections, logger, watchers } = this.#grid;
    logger.error({ err: error }, 'the run store failed; nothing is taken in until it works again');
    this.#refuse([...inputs, ...this.#queue.splice(0)], error);
    for (const connection of connections) connection.channel.close('the run store failed');
    connections.clear();
    watchers.tellAll({
      kind: 'waiting',
      message: `The run store failed (${messageOf(error)}). Trying again.`,
    });
    this.#grid.clock.after(storeRetryMs, () => this.#retry());
  }

  #retry(): void {
    if (this.#state !== 'down') return;
    try {
      this.#grid.store.transaction(() => recover(this.#grid));
    } catch (error) {
      if (!isGridError(error, 'disk_full', 'store_failed')) throw error;
      this.#grid.clock.after(storeRetryMs, () => this.#retry());
      return;
    }
    this.#state = 'up';
    // Mailboxes of the life before are forgotten: a new epoch removes them.
    renewEpoch(this.#grid, this, 'the run store failed');
    resumeRuns(this.#grid, this);
    this.#grid.logger.info('the run store works again');
  }

  #refuse(inputs: Input[], error: GridError): void {
    for (const input of inputs) input.failed(error);
  }
}
