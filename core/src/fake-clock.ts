/** Virtual time for whole grids in one process: nothing happens but what was scheduled, in an order that a seed decides. */

import type { CancelTimer, Clock } from './clock.ts';
import type { Defer } from './defer.ts';

interface Task {
  atMs: number;
  /** Orders what is due at the same time. */
  tie: number;
  party: Party;
  run(): void;
}

/** What may fail on its own: a process. Dead, nothing of it runs any more; frozen, it runs when it thaws. */
export class Party {
  readonly name: string;
  state: 'alive' | 'frozen' | 'dead' = 'alive';
  readonly held: Task[] = [];

  constructor(name: string) {
    this.name = name;
  }
}

export interface FakeClockOptions {
  /** Numbers in [0, 1) that order what is due at the same time. */
  random: () => number;
  /** What a party's code threw: its process is dead then. */
  crashed: (party: Party, error: unknown) => void;
}

export class FakeClock {
  readonly #options: FakeClockOptions;
  readonly #tasks: Task[] = [];
  #nowMs = 0;

  constructor(options: FakeClockOptions) {
    this.#options = options;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** The clock of one party: its timers die and freeze with it. */
  of(party: Party): Clock {
    return {
      nowMs: () => 1_700_000_000_000 + this.#nowMs,
      monotonicMs: () => this.#nowMs,
      after: (delayMs, fire) => this.after(party, delayMs, fire),
    };
  }

  deferOf(party: Party): Defer {
    return (task) => void this.after(party, 0, task);
  }

  after(party: Party, delayMs: number, run: () => void): CancelTimer {
    const task: Task = { atMs: this.#nowMs + Math.max(0, delayMs), tie: this.#options.random(), party, run };
    push(this.#tasks, task);
    return () => {
      task.run = () => {};
    };
  }

  /** `delayMs`: how long each thing that was held takes to be noticed; timers often come before what waits in sockets. */
  thaw(party: Party, delayMs: () => number = () => 0): void {
    if (party.state === 'frozen') party.state = 'alive';
    for (const task of party.held.splice(0)) this.after(party, delayMs(), () => task.run());
  }

  /** Runs until `done` or until `limitMs`; false when the limit came first or nothing was left to happen. */
  async run(done: () => boolean, limitMs: number): Promise<boolean> {
    for (;;) {
      // Every promise that was settled runs its continuations before the next event.
      await new Promise((resolve) => setImmediate(resolve));
      if (done()) return true;
      const task = this.#tasks[0];
      if (!task || task.atMs > limitMs) return false;
      pop(this.#tasks);
      this.#nowMs = task.atMs;
      this.#runTask(task);
    }
  }

  #runTask(task: Task): void {
    const { party } = task;
    if (party.state === 'frozen') party.held.push(task);
    if (party.state !== 'alive') return;
    try {
      task.run();
    } catch (error) {
      this.#options.crashed(party, error);
    }
  }
}

function isEarlier(a: Task, b: Task): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.tie < b.tie);
}

/** A binary heap, the earliest first. */
function push(heap: Task[], task: Task): void {
  let index = heap.push(task) - 1;
  while (index > 0) {
    const parentIndex = (index - 1) >> 1;
    const parent = heap[parentIndex];
    if (!parent || !isEarlier(task, parent)) break;
    heap[index] = parent;
    index = parentIndex;
  }
  heap[index] = task;
}

function pop(heap: Task[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    const leftTask = heap[left];
    if (!leftTask) break;
    const rightTask = heap[left + 1];
    const [childIndex, child] =
      rightTask && isEarlier(rightTask, leftTask) ? [left + 1, rightTask] : [left, leftTask];
    if (!isEarlier(child, last)) break;
    heap[index] = child;
    index = childIndex;
  }
  heap[index] = last;
}
