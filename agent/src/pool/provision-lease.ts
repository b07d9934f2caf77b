/** Provisions a container for a person, with a deadline at which the janitor removes it. It belongs to nobody's run, and is adopted by none. */

import { GridError } from '@cleangrid/core/errors.ts';
import { type AgentId, id } from '@cleangrid/core/ids.ts';
import { createImageStore } from './ensure-image.ts';
import { createInstanceNetworks } from './instance-networks.ts';
import type { Life } from './ledger.ts';
import { ownedLabels, ownedName } from './ownership.ts';
import type { PoolRecord } from './pool-ledger.ts';
import { reconcile, type ReconcileParts } from './reconcile.ts';

export interface WantedLease {
  image: string;
  /** argv that replaces the image's command; empty keeps it. */
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Milliseconds from when it runs. */
  ttlMs: number;
}

export interface ProvisionParts extends ReconcileParts {
  /** Ended when the container is there, or cannot be. */
  life: Life;
  imageAliases: ReadonlyMap<string, string>;
  /** One line for people: what is being waited for. */
  progress(message: string): void;
}

/** Throws `bad_usage` for an image or a command that cannot run, and the runtime's and the ledger's errors; then nothing stays. */
export async function provisionLease(parts: ProvisionParts, wanted: WantedLease): Promise<PoolRecord> {
  const { ledger, clock, life } = parts;
  const owner = { ledger: ledger.id, home: ledger.home, agent: id<AgentId>('local'), boot: life.boot };
  const container = ownedName(owner, wanted.image, 1);
  const nowMs = clock.nowMs();
  const making: PoolRecord = {
    container,
    kind: 'lease',
    label: wanted.image,
    digest: container,
    boot: life.boot,
    state: 'making',
    holder: null,
    deadlineMs: null,
    createdAtMs: nowMs,
    usedAtMs: nowMs,
    idleUntilMs: nowMs,
    expiresAtMs: nowMs,
    uses: 1,
    networks: [],
    detail: '{}',
  };
  try {
    ledger.pool.put(making);
    let serial = 1;
    const networks = createInstanceNetworks(parts.runtime, owner, () => (serial += 1));
    const { name: network } = await networks.ensure(new Map());
    const labels = ownedLabels(owner, 'service', wanted.image);
    await start(parts, { wanted, name: container, labels, network });
    const deadlineMs = clock.nowMs() + wanted.ttlMs;
    const leased: PoolRecord = { ...making, state: 'leased', deadlineMs, networks: [network] };
    ledger.pool.put(leased);
    life.end();
    return leased;
  } catch (error) {
    // What carries the number of a life that has ended is left over.
    life.end();
    await reconcile(parts);
    throw error;
  }
}

interface Starting {
  wanted: WantedLease;
  name: string;
  labels: Readonly<Record<string, string>>;
  network: string;
}

async function start(parts: ProvisionParts, { wanted, name, labels, network }: Starting): Promise<void> {
  const { runtime, imageAliases, progress } = parts;
  const never = new AbortController().signal;
  const image = await createImageStore(parts, imageAliases).ensure(wanted.image, progress, never);
  if (image.kind === 'refused')
    throw new GridError(
      image.verdict.outcome === 'failed' ? 'bad_usage' : 'runtime_error',
      'message' in image.verdict ? image.verdict.message : wanted.image,
    );
  await runtime.containers.create({
    name,
    image: image.name,
    labels,
    env: wanted.env,
    network: { name: network, aliases: [] },
    init: true,
    ...(wanted.command.length === 0 ? {} : { command: wanted.command }),
  });
  await runtime.containers.start(name);
}
