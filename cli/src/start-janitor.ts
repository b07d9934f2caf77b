/** Starts the janitor of a state directory, unless one is at work. It outlives this process, however that ends. */

import { spawn } from 'node:child_process';
import { extname, join } from 'node:path';
import type { Ledger } from '@cleangrid/agent/pool/ledger.ts';
import type { Clock } from '@cleangrid/core/clock.ts';
import { janitorWatchMs } from '@cleangrid/core/limits.ts';
import type { Logger } from 'pino';
import { repeat } from './repeat.ts';

/** Where it cannot be started the next start of cleangrid cleans up. */
export function startJanitor(ledger: Ledger, stateDirectory: string, logger: Logger): void {
  const broom = ledger.takeBroom();
  if (!broom) return;
  broom.putBack();
  const program = join(import.meta.dirname, `compose-janitor${extname(import.meta.filename)}`);
  // Of a session of its own, so that no terminal ends it; holding no folder that somebody wants to remove.
  const janitor = spawn(process.execPath, [program, stateDirectory], {
    cwd: '/',
    detached: true,
    stdio: 'ignore',
  });
  janitor.on('error', (error) => logger.warn({ err: error }, 'the janitor could not be started'));
  janitor.unref();
}

export interface JanitorParts {
  ledger: Ledger;
  stateDirectory: string;
  clock: Clock;
  logger: Logger;
}

/** Another one whenever it has ended, also with the container of another agent that shares the state directory. Returns what stops this. */
export function keepJanitor({ ledger, stateDirectory, clock, logger }: JanitorParts): () => void {
  return repeat(clock, janitorWatchMs, async () => {
    try {
      startJanitor(ledger, stateDirectory, logger);
    } catch (error) {
      logger.warn({ err: error }, 'whether a janitor is at work cannot be told');
    }
  });
}
