/**
 * Spans of runs of this machine whose process ended while their back end was away. Each run has a store of its own; a file in its directory
 * says where its spans were to go, so that a later run with the same back end sends them, and no other.
 */

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@cleangrid/core/clock.ts';
import { isGridError } from '@cleangrid/core/errors.ts';
import { noMeter } from '@cleangrid/core/metrics/meter.ts';
import type { Logger } from 'pino';
import type { RunStore } from '../run-store.ts';
import { forwardSpans } from '../trace/forward-spans.ts';
import type { OtlpSink } from '../trace/otlp-sink.ts';
import { openSqliteRunStore } from './sqlite-run-store.ts';
import { isStoreLocked } from './store-lock.ts';

const markName = 'spans-to-send';

/** `directory`: of a store whose spans are going there. */
export function markSpansToSend(directory: string, endpoint: URL): void {
  writeFileSync(join(directory, markName), endpoint.href);
}

/** Nothing of the store is still to be sent. */
export function forgetSentSpans(directory: string, { spans }: Pick<RunStore, 'spans'>): void {
  if (spans.waiting(0, 1).length === 0 && spans.withoutRoot(1).length === 0)
    rmSync(join(directory, markName), { force: true });
}

export interface LeftOverParts {
  /** Holds one directory per store. */
  runs: string;
  endpoint: URL;
  openSink(): Promise<OtlpSink>;
  durationsFile: string;
  clock: Clock;
  logger: Logger;
}

/** Sends what others left behind, store by store, until it is told to stop or the back end is away. Never rejects. */
export async function sendLeftOverSpans(parts: LeftOverParts, signal: AbortSignal): Promise<void> {
  const { runs, endpoint, logger } = parts;
  for (const name of existsSync(runs) ? readdirSync(runs) : []) {
    if (signal.aborted) return;
    const directory = join(runs, name);
    try {
      if (endpointOf(directory) !== endpoint.href || isStoreLocked(directory)) continue;
      if (!(await sendSpansOf(directory, parts))) return;
    } catch (error) {
      // Somebody took it meanwhile.
      if (!isGridError(error, 'already_exists'))
        logger.warn({ err: error, directory }, 'spans of an earlier run were not sent');
    }
  }
}

function endpointOf(directory: string): string | null {
  const mark = join(directory, markName);
  return existsSync(mark) ? readFileSync(mark, 'utf8') : null;
}

/** Whether all could be sent. Spans of a run that was killed are sent without its root: it has no end. */
async function sendSpansOf(directory: string, parts: LeftOverParts): Promise<boolean> {
  const { openSink, durationsFile, clock, logger } = parts;
  const store = openSqliteRunStore({ directory, durationsFile });
  try {
    const commit = async (
      decide: Parameters<Parameters<typeof forwardSpans>[0]['commit']>[0],
    ): Promise<void> => store.transaction((writes) => decide({ writes }));
    const forwarder = forwardSpans({ store, commit, sink: await openSink(), meter: noMeter, clock, logger });
    await forwarder.close();
    forgetSentSpans(directory, store);
    return endpointOf(directory) === null;
  } finally {
    store.close();
  }
}
