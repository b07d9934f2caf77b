/** The output of a container's own command, line by line. */

import type { Readable } from 'node:stream';
import { GridError } from '@cleangrid/core/errors.ts';
import type Docker from 'dockerode';
import type { LogLine, LogOptions } from '../../container-runtime.ts';
import { Demultiplexer } from './demultiplex.ts';
import { call, type DockerApi } from './docker-api.ts';
import { LogLines } from './log-lines.ts';
import { toGridError } from './map-error.ts';

export async function* readLogs(
  api: DockerApi,
  container: string,
  options: LogOptions,
): AsyncGenerator<LogLine> {
  const { signal } = options;
  if (signal?.aborted) return;
  const doing = `read the log of the container ${container}`;
  const stream = await open(api, { container, doing }, options);
  if (stream === null) return;
  const stop = (): void => void stream.destroy();
  signal?.addEventListener('abort', stop, { once: true });
  const frames = new Demultiplexer();
  const lines = new LogLines();
  try {
    for await (const chunk of stream) {
      for (const part of frames.take(chunk as Buffer)) {
        const line = lines.take(part);
        if (line) yield line;
      }
    }
    yield* lines.finish();
  } catch (error) {
    if (signal?.aborted) return;
    throw toGridError(error, doing);
  } finally {
    signal?.removeEventListener('abort', stop);
    stream.destroy();
  }
}

/** Null: aborted meanwhile. */
async function open(
  api: DockerApi,
  { container, doing }: { container: string; doing: string },
  { tail, sinceMs, follow, signal }: LogOptions,
): Promise<Readable | null> {
  try {
    return await call(api, {
      doing,
      send: (abortSignal) =>
        dialLogs(
          api,
          {
            container,
            query: {
              follow,
              stdout: true,
              stderr: true,
              timestamps: true,
              ...(tail !== undefined && { tail }),
              ...(sinceMs !== undefined && { since: sinceMs / 1000 }),
            },
          },
          abortSignal,
        ),
      signal,
    });
  } catch (error) {
    if (signal?.aborted) return null;
    throw error;
  }
}

/** dockerode's `logs` streams only with `follow`; else it reads the whole log, which may be gigabytes, into one buffer. */
function dialLogs(
  api: DockerApi,
  { container, query }: { container: string; query: Docker.ContainerLogsOptions },
  abortSignal: AbortSignal,
): Promise<Readable> {
  return new Promise((resolve, reject) => {
    api.docker.modem.dial(
      {
        path: `/containers/${encodeURIComponent(container)}/logs?`,
        method: 'GET',
        options: query,
        isStream: true,
        abortSignal,
        statusCodes: { 200: true, 404: 'no such container', 500: 'server error' },
      },
      (error: Error | null, answer: unknown) => {
        if (error) reject(error);
        else if (answer === null) reject(new GridError('runtime_error', 'Docker answered without a log'));
        else resolve(answer as Readable);
      },
    );
  });
}
