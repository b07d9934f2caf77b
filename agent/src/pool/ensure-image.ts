/** Makes an image present on the host: the operator's alias first, then what is there, then a pull. One pull per image, whoever waits for it. */

import { abortable } from '@cleangrid/core/abortable.ts';
import type { Clock } from '@cleangrid/core/clock.ts';
import { isGridError, messageOf } from '@cleangrid/core/errors.ts';
import { imageSeenMs } from '@cleangrid/core/limits.ts';
import { broken, failed, type Verdict } from '@cleangrid/core/verdict.ts';
import type { ContainerRuntime } from '../container-runtime.ts';
import type { ImageDetails } from '../images.ts';

export type ImageAnswer =
  | { kind: 'present'; name: string; image: ImageDetails }
  | { kind: 'refused'; verdict: Verdict };

export interface ImageStore {
  /** `progress` is called with one line for people while it is pulled. */
  ensure(name: string, progress: (message: string) => void, signal: AbortSignal): Promise<ImageAnswer>;
}

/** `aliases`: what an operator wants to be used where a suite says otherwise. */
export function createImageStore(
  { runtime, clock }: { runtime: ContainerRuntime; clock: Clock },
  aliases: ReadonlyMap<string, string>,
): ImageStore {
  const pulls = new Map<string, Promise<void>>();
  const seen = new Map<string, { image: ImageDetails; atMs: number }>();

  const look = async (name: string, signal: AbortSignal): Promise<ImageDetails | null> => {
    const before = seen.get(name);
    if (before && clock.monotonicMs() - before.atMs < imageSeenMs) return before.image;
    const image = await present(runtime, name, signal);
    if (image) seen.set(name, { image, atMs: clock.monotonicMs() });
    else seen.delete(name);
    return image;
  };

  const pull = (name: string, progress: (message: string) => void): Promise<void> => {
    const underway = pulls.get(name);
    if (underway) return underway;
    const started = runtime.images
      .pull(name, ({ layersDone, layersTotal }) =>
        progress(`pulling ${name}, ${layersDone} of ${layersTotal} layers`),
      )
      .finally(() => pulls.delete(name));
    pulls.set(name, started);
    return started;
  };

  return {
    async ensure(wanted, progress, signal) {
      const name = aliases.get(wanted) ?? wanted;
      try {
        const image = await look(name, signal);
        if (image) return { kind: 'present', name, image };
        progress(`pulling ${name}`);
        await abortable(pull(name, progress), signal);
        return { kind: 'present', name, image: await runtime.images.get(name, signal) };
      } catch (error) {
        signal.throwIfAborted();
        return { kind: 'refused', verdict: verdictOf(name, error) };
      }
    },
  };
}

async function present(
  runtime: ContainerRuntime,
  name: string,
  signal: AbortSignal,
): Promise<ImageDetails | null> {
  try {
    return await runtime.images.get(name, signal);
  } catch (error) {
    if (isGridError(error, 'image_missing')) return null;
    throw error;
  }
}

function verdictOf(name: string, error: unknown): Verdict {
  if (isGridError(error, 'image_missing', 'pull_refused')) {
    return failed('image_missing', `image ${name}: ${error.message}`);
  }
  if (isGridError(error, 'unavailable', 'timed_out')) {
    const why = `image ${name} is not on the host, and cannot be pulled: ${error.message}`;
    return broken('image_unavailable', `${why}. --image-alias ${name}=OTHER takes another image for it.`);
  }
  if (isGridError(error, 'disk_full'))
    return broken('disk_full', `no space left for image ${name}: ${error.message}`);
  if (isGridError(error, 'daemon_unreachable')) return broken('daemon_unavailable', error.message);
  return broken('resource', `image ${name}: ${messageOf(error)}`);
}
