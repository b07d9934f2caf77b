/** The counting back end, as the benchmark talks to it. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export type ToCounter = 'tell' | 'go away' | 'come back' | 'forget';

export interface FromCounter {
  port: number;
  /** Different ones, without the root. */
  spans: number;
  /** What the root of the run says; null: it has not come. */
  root: { emitted: number; arrived: number; dropped: number } | null;
}

export interface SpanCounter {
  endpoint: string;
  ask(message: ToCounter): Promise<FromCounter>;
  /** Resolves when the root is there, and says what was counted. */
  whole(): Promise<FromCounter>;
  close(): void;
}

const lookMs = 100;

export async function startSpanCounter(): Promise<SpanCounter> {
  const child = fork(join(import.meta.dirname, 'span-counter-process.ts'));
  const said = async (): Promise<FromCounter> => {
    const [told] = (await once(child, 'message')) as [FromCounter];
    return told;
  };
  const { port } = await said();
  const ask = (message: ToCounter): Promise<FromCounter> => {
    const answer = said();
    child.send(message);
    return answer;
  };
  return {
    endpoint: `http://127.0.0.1:${port}`,
    ask,
    async whole() {
      for (;;) {
        const told = await ask('tell');
        if (told.root) return told;
        await new Promise((resolve) => setTimeout(resolve, lookMs));
      }
    },
    close: () => void child.kill(),
  };
}
