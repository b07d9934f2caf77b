/** The daemon's events about containers. Docker replays at most 256 of them, so that after each connection the consumer is told to list again. */

import type { Readable } from 'node:stream';
import { sleep } from '@cleangrid/core/clock.ts';
import { eventsReconnectMsMax, eventsReconnectMsMin } from '@cleangrid/core/limits.ts';
import {
  type ContainerAction,
  containerActions,
  type LabelFilter,
  type RuntimeEvent,
} from '../../container-runtime.ts';
import { call, type DockerApi } from './docker-api.ts';
import { jsonLines } from './json-lines.ts';
import { labelFilters } from './label-filters.ts';

export async function* watchEvents(
  api: DockerApi,
  labels: LabelFilter,
  signal: AbortSignal,
): AsyncGenerator<RuntimeEvent> {
  let pauseMs = eventsReconnectMsMin;
  while (!signal.aborted) {
    const stream = await connect(api, labels, signal);
    if (stream) {
      pauseMs = eventsReconnectMsMin;
      yield { kind: 'connected' };
      yield* eventsOf(stream, signal);
    }
    await pause(api, pauseMs, signal);
    pauseMs = Math.min(2 * pauseMs, eventsReconnectMsMax);
  }
}

/** Null: not now. A daemon that cannot be reached is asked again; whoever needs it now meets the error himself. */
async function connect(api: DockerApi, labels: LabelFilter, signal: AbortSignal): Promise<Readable | null> {
  try {
    return (await call(api, {
      doing: 'watch containers',
      send: (abortSignal) =>
        api.docker.getEvents({
          filters: { type: ['container'], event: [...containerActions], ...labelFilters(labels) },
          abortSignal,
        }),
      signal,
    })) as Readable;
  } catch {
    return null;
  }
}

/** Ends when the connection does, however that is. */
async function* eventsOf(stream: Readable, signal: AbortSignal): AsyncGenerator<RuntimeEvent> {
  const stop = (): void => void stream.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (signal.aborted) return;
    const messages = jsonLines<DockerEvent>(stream);
    for (;;) {
      const next = await messages.next().catch(() => null);
      if (next === null || next.done || signal.aborted) return;
      yield containerEvent(next.value);
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stream.destroy();
  }
}

interface DockerEvent {
  Action: string;
  Actor: { ID: string; Attributes: Record<string, string> };
  timeNano: number;
}

function containerEvent({ Action, Actor, timeNano }: DockerEvent): RuntimeEvent {
  const { name, exitCode } = Actor.Attributes as { name?: string; exitCode?: string };
  return {
    kind: 'container',
    action: Action as ContainerAction,
    id: Actor.ID,
    name: name ?? Actor.ID,
    exitCode: exitCode === undefined ? null : Number(exitCode),
    atMs: timeNano / 1e6,
  };
}

async function pause(api: DockerApi, pauseMs: number, signal: AbortSignal): Promise<void> {
  await sleep(api.clock, pauseMs, signal).catch(() => {});
}
