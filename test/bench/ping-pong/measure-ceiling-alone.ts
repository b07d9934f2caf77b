/** The ceiling, measured in a process of its own: code that ran before is faster than that of a coordinator that was just started. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Ceiling, CeilingOptions } from './measure-ceiling.ts';

export async function measureCeilingAlone({ stepCount, stepsPerShard }: CeilingOptions): Promise<Ceiling> {
  const child = fork(join(import.meta.dirname, 'ceiling-process.ts'), [`${stepCount}`, `${stepsPerShard}`]);
  const ended = once(child, 'exit');
  const [measured] = await Promise.race([
    once(child, 'message'),
    ended.then(([code]) => {
      throw new Error(`the ping-pong ended with ${code} before it was measured`);
    }),
  ]);
  await ended;
  return measured as Ceiling;
}
