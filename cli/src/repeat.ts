/** Something that is done now and again for as long as a process lives. */

import type { CancelTimer, Clock } from '@cleangrid/core/clock.ts';

/** `task` never rejects; the pause begins when it has ended. Returns what stops it; a task under way ends by itself. */
export function repeat(clock: Clock, pauseMs: number, task: () => Promise<void>): () => void {
  let isStopped = false;
  let cancel: CancelTimer = () => {};
  const run = async (): Promise<void> => {
    await task();
    if (!isStopped) cancel = clock.after(pauseMs, () => void run());
  };
  void run();
  return () => {
    isStopped = true;
    cancel();
  };
}
