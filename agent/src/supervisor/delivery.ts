/**
 * Brings the supervisor to a daemon: a volume named after the program's content, filled once and mounted read-only into every container.
 * Works with a read-only root and with images that hold nothing, and costs the containers nothing.
 */

import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { Clock, Ids } from '@cleangrid/core/clock.ts';
import { GridError, isGridError } from '@cleangrid/core/errors.ts';
import { supervisorSeedMsMax } from '@cleangrid/core/limits.ts';
import tar from 'tar-stream';
import { madeLabel, removeReplaced } from './replaced-volumes.ts';
import type { ContainerMount, ContainerRuntime } from '../container-runtime.ts';

export interface DeliveryParts {
  runtime: ContainerRuntime;
  clock: Clock;
  ids: Ids;
  /** The program, of the daemon's architecture. */
  program: Uint8Array;
}

const directory = '/.cleangrid';
const fileName = 'supervisor';
/** Where the supervisor is in every container that has the mount. */
export const deliveredProgram: string = `${directory}/${fileName}`;

/** No ledger owns these: the volume is shared by all agents of a daemon, and stays when they are gone. */
const kindLabel = 'cleangrid.kind';
const digestCharacters = 16;
const seedCharacters = 8;

/**
 * The returned function makes sure that the volume is there and holds the program, and resolves to the mount that a container needs. `image` is
 * any image on the daemon: filling a volume takes a container, which never runs. After the first call it is cheap.
 */
export function createDelivery(parts: DeliveryParts): (image: string) => Promise<ContainerMount> {
  const digest = createHash('sha256').update(parts.program).digest('hex').slice(0, digestCharacters);
  const volume = `cleangrid-supervisor-${digest}`;
  let filling: Promise<void> | null = null;
  return async (image) => {
    // somebody may have removed it, and Docker would make it again, empty
    if (filling !== null && !(await isThere(parts.runtime, volume))) filling = null;
    const current = (filling ??= makeVolume(parts, volume, image));
    // the next container tries again
    current.catch(() => {
      if (filling === current) filling = null;
    });
    await current;
    return { kind: 'volume', source: volume, target: directory, readOnly: true };
  };
}

async function isThere({ volumes }: ContainerRuntime, volume: string): Promise<boolean> {
  const found = await volumes.list({ [kindLabel]: 'supervisor' });
  return found.some(({ name }) => name === volume);
}

async function makeVolume(parts: DeliveryParts, volume: string, image: string): Promise<void> {
  const { runtime, ids, clock } = parts;
  await removeStaleSeeds(parts);
  await runtime.volumes.create(volume, {
    [kindLabel]: 'supervisor',
    [madeLabel]: String(clock.nowMs()),
  });
  const name = `${volume}-seed-${ids.random(seedCharacters)}`;
  try {
    const labels = { [kindLabel]: 'supervisor-seed' };
    const mounts = [{ kind: 'volume', source: volume, target: directory, readOnly: false } as const];
    const seed = await runtime.containers.create({ name, image, labels, entrypoint: ['-'], mounts });
    await fill(parts, seed);
    await removeReplaced(runtime.volumes, volume);
  } finally {
    await runtime.containers.remove(name);
  }
}

/** Whoever filled it before may have been killed halfway: only the content counts. */
async function fill({ runtime, program }: DeliveryParts, seed: string): Promise<void> {
  if (await holds({ runtime, program }, seed)) return;
  const pack = tar.pack();
  pack.entry({ name: fileName, mode: 0o755 }, Buffer.from(program));
  pack.finalize();
  await runtime.containers.copyIn(seed, { directory, tar: await buffer(pack) });
  if (await holds({ runtime, program }, seed)) return;
  throw new GridError('runtime_error', 'the volume of the supervisor does not hold what was put into it');
}

async function holds(
  { runtime, program }: Pick<DeliveryParts, 'runtime' | 'program'>,
  seed: string,
): Promise<boolean> {
  const archive = await buffer(runtime.containers.copyOut(seed, deliveredProgram)).catch((error: unknown) => {
    if (isGridError(error, 'not_found')) return null;
    throw error;
  });
  if (archive === null) return false;
  const extract = tar.extract();
  extract.end(archive);
  for await (const entry of extract) {
    const isExecutable = ((entry.header.mode ?? 0) & 0o111) === 0o111;
    return (await buffer(entry)).equals(program) && isExecutable;
  }
  return false;
}

/** Containers of agents that were killed while they filled a volume. */
async function removeStaleSeeds({ runtime, clock }: DeliveryParts): Promise<void> {
  const seeds = await runtime.containers.list({ [kindLabel]: 'supervisor-seed' });
  const stale = seeds.filter((seed) => clock.nowMs() - seed.createdAtMs > supervisorSeedMsMax);
  await Promise.all(stale.map(({ id }) => runtime.containers.remove(id)));
}
