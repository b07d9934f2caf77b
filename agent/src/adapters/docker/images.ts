/** Images on the host, and pulling them with the user's credentials. */

import type { Readable } from 'node:stream';
import { abortable } from '@cleangrid/core/abortable.ts';
import type { CancelTimer } from '@cleangrid/core/clock.ts';
import { GridError, isGridError } from '@cleangrid/core/errors.ts';
import { pullSilenceMsMax } from '@cleangrid/core/limits.ts';
import type { Images, PullProgress } from '../../images.ts';
import { findCredentials, registryOf } from './credentials.ts';
import { call, type DockerApi } from './docker-api.ts';
import type { DockerConfig, DockerEnvironment } from './docker-config.ts';
import { jsonLines } from './json-lines.ts';
import { toPullError } from './map-error.ts';
import { type PullMessage, PullLayers } from './pull-layers.ts';

export interface UserSettings {
  config: DockerConfig;
  environment: DockerEnvironment;
}

export function dockerImages(api: DockerApi, settings: UserSettings): Images {
  return {
    async get(name, signal) {
      const inspected = await call(api, {
        doing: `look up the image ${name}`,
        send: () => api.docker.getImage(name).inspect(),
        signal,
      });
      return {
        id: inspected.Id,
        architecture: inspected.Architecture,
        user: inspected.Config.User || null,
        hasHealthCheck: (inspected.Config.Healthcheck?.Test?.[0] ?? 'NONE') !== 'NONE',
      };
    },
    async pull(name, progress, signal) {
      const { auth, problem } = await findCredentials(registryOf(name), settings);
      try {
        await pull(api, { name, auth, progress }, signal);
      } catch (error) {
        if (problem === null || !isGridError(error, 'pull_refused')) throw error;
        throw new GridError('pull_refused', error.message, { cause: error, hint: problem });
      }
    },
  };
}

interface Pull {
  name: string;
  auth: object | null;
  progress: (progress: PullProgress) => void;
}

async function pull(
  api: DockerApi,
  { name, auth, progress }: Pull,
  signal: AbortSignal | undefined,
): Promise<void> {
  const stop = new AbortController();
  const follow = (): void => stop.abort(signal?.reason);
  if (signal?.aborted) follow();
  signal?.addEventListener('abort', follow, { once: true });
  let cancelSilence: CancelTimer = () => {};
  const heard = (): void => {
    cancelSilence();
    cancelSilence = api.clock.after(pullSilenceMsMax, () => stop.abort(silent(name)));
  };
  try {
    heard();
    const layers = new PullLayers();
    for await (const message of messagesOf(await open(api, { name, auth }, stop.signal), stop.signal)) {
      heard();
      if (message.error !== undefined) throw new Error(message.errorDetail?.message ?? message.error);
      layers.take(message);
      progress(layers.progress());
    }
    stop.signal.throwIfAborted();
  } catch (error) {
    if (stop.signal.aborted) throw stop.signal.reason;
    throw toPullError(error, name);
  } finally {
    cancelSilence();
    signal?.removeEventListener('abort', follow);
  }
}

async function open(
  api: DockerApi,
  { name, auth }: Pick<Pull, 'name' | 'auth'>,
  abortSignal: AbortSignal,
): Promise<Readable> {
  abortSignal.throwIfAborted();
  const options = { abortSignal, ...(auth && { authconfig: auth }) };
  return (await abortable(api.docker.pull(name, options), abortSignal)) as Readable;
}

async function* messagesOf(stream: Readable, signal: AbortSignal): AsyncGenerator<PullMessage> {
  const stop = (): void => void stream.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    yield* jsonLines<PullMessage>(stream);
  } finally {
    stream.destroy();
  }
}

function silent(name: string): GridError {
  return new GridError('timed_out', `pulling ${name} made no progress for ${pullSilenceMsMax / 1000} s`, {
    hint: 'the registry or the way to it may be stuck: try `docker pull` by hand',
  });
}
