/** Archives into and out of containers. */

import { Readable } from 'node:stream';
import { GridError, isGridError } from '@cleangrid/core/errors.ts';
import { copyMsMax } from '@cleangrid/core/limits.ts';
import type { CopyTarget } from '../../container-runtime.ts';
import { call, type DockerApi } from './docker-api.ts';
import { toGridError } from './map-error.ts';

export async function copyIn(
  api: DockerApi,
  { container, target }: { container: string; target: CopyTarget },
  signal: AbortSignal | undefined,
): Promise<void> {
  const { directory, tar } = target;
  try {
    await call(api, {
      doing: `copy into ${directory} of the container ${container}`,
      send: (abortSignal) =>
        api.docker.getContainer(container).putArchive(bodyOf(tar), { path: directory, abortSignal }),
      signal,
      msMax: copyMsMax,
    });
  } catch (error) {
    if (isGridError(error, 'daemon_unreachable')) await explainRefusal(api, container, directory);
    throw error;
  }
}

function bodyOf(tar: CopyTarget['tar']): Buffer | Readable {
  return tar instanceof Uint8Array
    ? Buffer.from(tar.buffer, tar.byteOffset, tar.byteLength)
    : Readable.from(tar);
}

/** A daemon that refuses closes the connection while the archive is still being sent, so that its answer may be lost. Asking again brings it. */
async function explainRefusal(api: DockerApi, container: string, path: string): Promise<void> {
  await call(api, {
    doing: `copy into ${path} of the container ${container}`,
    send: (abortSignal) => api.docker.getContainer(container).infoArchive({ path, abortSignal }),
  });
}

export async function* copyOut(
  api: DockerApi,
  { container, path }: { container: string; path: string },
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const doing = `copy ${path} out of the container ${container}`;
  const stream = (await call(api, {
    doing,
    send: (abortSignal) => api.docker.getContainer(container).getArchive({ path, abortSignal }),
    signal,
  })) as Readable;
  const stop = (error: GridError | Error): void => void stream.destroy(error);
  const cancelDeadline = api.clock.after(copyMsMax, () =>
    stop(new GridError('timed_out', `could not ${doing} within ${copyMsMax / 1000} s`)),
  );
  const abort = (): void => stop(signal?.reason as Error);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw toGridError(error, doing);
  } finally {
    cancelDeadline();
    signal?.removeEventListener('abort', abort);
    stream.destroy();
  }
}
