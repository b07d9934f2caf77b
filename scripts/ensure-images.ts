/**
 * Makes sure that the images of the examples and tests exist: the real ones where they are present or can be pulled, else
 * stand-ins built from Debian packages. Either way `cleangrid-test/NAME` is there afterwards; no other name is ever written.
 */

import type Docker from 'dockerode';
import { runScript, say } from './cannot-run.ts';
import { ensureDocker } from './ensure-docker.ts';
import { buildStandIns, standInKey, standInLabel } from './stand-in-images.ts';

/** `ordinary=standIn`, as `--image-alias` takes it. */
export type ImageAlias = `${string}=${string}`;

interface TestImage {
  /** The name that suites use. */
  ordinary: string;
  /** Ours: the stand-in, or a second name of the real one. */
  own: string;
}

const testImages: TestImage[] = [
  { ordinary: 'debian:12-slim', own: 'cleangrid-test/base' },
  { ordinary: 'postgres:15', own: 'cleangrid-test/postgres' },
  { ordinary: 'redis:7', own: 'cleangrid-test/redis' },
  { ordinary: 'busybox:1.36-musl', own: 'cleangrid-test/busybox' },
];

/** A registry that has not begun to answer by then is taken for one that cannot be reached. */
const firstAnswerMsMax = 10_000;
/** Between two lines of progress of a pull that has begun. */
const progressMsMax = 60_000;

/** Returns the aliases under which suites find the stand-ins; none where the real images are used. */
export async function ensureImages(docker: Docker): Promise<ImageAlias[]> {
  const key = await standInKey();
  const sources = await Promise.all(testImages.map((image) => findSource(docker, image, key)));
  const missing = sources.some((source) => source === 'none');
  if (missing || !(await isCurrent(docker, 'cleangrid-test/scratch', key))) {
    const pulled = testImages.filter((_, index) => sources[index] === 'real').map((image) => image.own);
    await buildStandIns(docker, { key, without: pulled });
  }
  return testImages
    .filter((_, index) => sources[index] !== 'real')
    .map(({ ordinary, own }): ImageAlias => `${ordinary}=${own}:latest`);
}

async function findSource(
  docker: Docker,
  image: TestImage,
  key: string,
): Promise<'real' | 'standIn' | 'none'> {
  if (!(await isPresent(docker, image.ordinary))) {
    if (await isCurrent(docker, image.own, key)) return 'standIn';
    const refusal = await pull(docker, image.ordinary);
    if (refusal !== null) {
      say(`${image.ordinary} cannot be pulled: ${refusal}`);
      return 'none';
    }
  }
  await docker.getImage(image.ordinary).tag({ repo: image.own, tag: 'latest' });
  return 'real';
}

async function isPresent(docker: Docker, name: string): Promise<boolean> {
  return (await labelsOf(docker, name)) !== null;
}

async function isCurrent(docker: Docker, name: string, key: string): Promise<boolean> {
  return (await labelsOf(docker, name))?.[standInLabel] === key;
}

async function labelsOf(docker: Docker, name: string): Promise<Record<string, string> | null> {
  try {
    return (await docker.getImage(name).inspect()).Config.Labels ?? {};
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return null;
    throw error;
  }
}

/** Null: pulled. Else why not, in a few words. */
async function pull(docker: Docker, name: string): Promise<string | null> {
  const abort = new AbortController();
  const giveUp = (): void => abort.abort();
  let timer = setTimeout(giveUp, firstAnswerMsMax);
  try {
    const progress = await docker.pull(name, { abortSignal: abort.signal });
    await new Promise<void>((resolve, reject) => {
      abort.signal.addEventListener('abort', () => reject(new Error('the registry stopped answering')));
      docker.modem.followProgress(
        progress,
        (error) => (error ? reject(error) : resolve()),
        () => {
          clearTimeout(timer);
          timer = setTimeout(giveUp, progressMsMax);
        },
      );
    });
    return null;
  } catch (error) {
    if (abort.signal.aborted) return 'the registry does not answer';
    return shortReason(error as Error & { json?: { message?: string } });
  } finally {
    clearTimeout(timer);
  }
}

/** The end of Docker's chain of causes: `…: no such host`, `…: unauthorized`. */
function shortReason(error: Error & { json?: { message?: string } }): string {
  const message = error.json?.message ?? error.message;
  return message.split(': ').at(-1)?.trim() || message;
}

if (import.meta.main) {
  await runScript(async () => {
    const aliases = await ensureImages(await ensureDocker());
    for (const alias of aliases) say(`--image-alias ${alias}`);
    return 0;
  });
}
