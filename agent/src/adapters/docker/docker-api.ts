/** The connection to one daemon: every call bounded in time, abortable, and failing with a `GridError`. */

import { abortable } from '@cleangrid/core/abortable.ts';
import type { Clock } from '@cleangrid/core/clock.ts';
import { GridError } from '@cleangrid/core/errors.ts';
import { dockerCallMsMax } from '@cleangrid/core/limits.ts';
import type Docker from 'dockerode';
import { toGridError } from './map-error.ts';

export interface DockerApi {
  readonly docker: Docker;
  readonly clock: Clock;
  /** As in DOCKER_HOST. */
  readonly endpoint: string;
}

export interface CallOptions<T> {
  /** Completes "could not …". */
  doing: string;
  /** Gets a signal that aborts at the deadline or with the caller's. */
  send: (abortSignal: AbortSignal) => Promise<T>;
  signal?: AbortSignal | undefined;
  /** Default: `dockerCallMsMax`. */
  msMax?: number;
}

/**
 * One call. Settles at the deadline even where dockerode does not: a daemon that dies after its headers leaves dockerode's promise
 * pending for ever. Rejects with the signal's reason when that aborts.
 */
export async function call<T>(api: DockerApi, options: CallOptions<T>): Promise<T> {
  const { doing, signal, msMax = dockerCallMsMax } = options;
  signal?.throwIfAborted();
  const stop = new AbortController();
  const cancelDeadline = api.clock.after(msMax, () => stop.abort(tooSlow(doing, msMax)));
  const follow = (): void => stop.abort(signal?.reason);
  signal?.addEventListener('abort', follow, { once: true });
  try {
    return await abortable(options.send(stop.signal), stop.signal);
  } catch (error) {
    if (stop.signal.aborted) throw stop.signal.reason;
    throw toGridError(error, doing);
  } finally {
    cancelDeadline();
    signal?.removeEventListener('abort', follow);
  }
}

function tooSlow(doing: string, msMax: number): GridError {
  return new GridError('timed_out', `could not ${doing}: Docker did not answer within ${msMax / 1000} s`, {
    hint: 'the daemon may be frozen or overloaded: see `docker info` and its log',
  });
}
