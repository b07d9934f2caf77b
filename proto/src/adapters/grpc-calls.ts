/** Calls of grpc-js as promises and iterables. */

import { type Clock, sleep } from '@cleangrid/core/clock.ts';
import { isGridError } from '@cleangrid/core/errors.ts';
import { reconnectMsFirst, reconnectMsMax, unaryCallMsMax } from '@cleangrid/core/limits.ts';
import { type ClientReadableStream, Metadata, type ServiceError } from '@grpc/grpc-js';
import { gridErrorOf } from './grpc-error.ts';

/** Starts a call that is answered once. It may be started again: what it asks for must bear that. */
export type StartCall<Output> = (
  answered: (error: ServiceError | null, output?: Output) => void,
  metadata: Metadata,
) => void;

export interface Question<Output> {
  /** Who is asked, for errors. */
  peer: string;
  clock: Clock;
  start: StartCall<Output>;
}

/** The answer, also of a coordinator that restarts meanwhile. Rejects with `GridError`. */
export async function answerOf<Output>({ peer, clock, start }: Question<Output>): Promise<Output> {
  const giveUpMs = clock.monotonicMs() + unaryCallMsMax;
  for (let pauseMs: number = reconnectMsFirst; ; pauseMs = Math.min(pauseMs * 2, reconnectMsMax)) {
    try {
      return await askOnce(peer, start);
    } catch (error) {
      if (!isGridError(error, 'unavailable') || clock.monotonicMs() + pauseMs >= giveUpMs) throw error;
    }
    await sleep(clock, pauseMs);
  }
}

/** Every answer of a call, which ends with its reader. Throws `GridError`. */
export async function* answersOf<Output>(
  peer: string,
  call: ClientReadableStream<Output>,
): AsyncGenerator<Output> {
  try {
    for await (const output of call) yield output as Output;
  } catch (error) {
    throw gridErrorOf(error, peer);
  } finally {
    call.cancel();
  }
}

/** When a call that starts now must have ended. */
export function deadlineIn(delayMs: number): { deadline: Date } {
  return { deadline: new Date(Date.now() + delayMs) };
}

function askOnce<Output>(peer: string, start: StartCall<Output>): Promise<Output> {
  return new Promise((resolve, reject) => {
    start((error, output) => {
      if (error) reject(gridErrorOf(error, peer));
      else resolve(output as Output);
    }, new Metadata());
  });
}
