/** Takes a container of an earlier life over, if it is still what it was: it lives the same life, and its service answers. */

import { isGridError, messageOf } from '@cleangrid/core/errors.ts';
import type { Instance } from './instance.ts';
import type { PoolRecord } from './pool-ledger.ts';
import { tryProbe } from './ready-probe.ts';
import { noLimits, type StartedContainer, type StartParts } from './start-container.ts';

/** What a record's detail holds. */
export interface AdoptionDetail {
  startedAtMs: number;
  /** Names by key. */
  networks: [string, string][];
}

export type Adoption =
  | { kind: 'adopted'; container: StartedContainer }
  | { kind: 'unusable'; reason: string };

export async function adoptContainer(
  parts: StartParts,
  { instance, record }: { instance: Instance; record: PoolRecord },
  signal: AbortSignal,
): Promise<Adoption> {
  const { runtime, executor, watch } = parts;
  const { startedAtMs, networks } = JSON.parse(record.detail) as AdoptionDetail;
  try {
    const { id, upperDirectory } = await runtime.containers.get(instance.name, signal);
    watch.adopt(id);
    const fate = await watch.fateOf({ id, startedAtMs });
    if (fate.kind !== 'running')
      return { kind: 'unusable', reason: `it is not the one it was: ${fate.kind}` };
    const session = await executor.open(id, signal);
    if (session.kind !== executor.kind) {
      await session.close();
      return { kind: 'unusable', reason: `steps can be run in it only by ${session.kind} exec` };
    }
    const [[, network] = ['', '']] = networks;
    const container = { id, startedAtMs, network, upperDirectory, session, executor: session.kind };
    for (const probe of instance.service?.ready ?? []) {
      const answer = await tryProbe(probe, { ...container, runtime }, signal);
      if (answer.ready) continue;
      await session.close();
      return { kind: 'unusable', reason: answer.why };
    }
    for (const [key, name] of networks) instance.networks.set(key, name);
    const service = instance.service?.name ?? null;
    const limits = instance.service?.limits ?? noLimits;
    return { kind: 'adopted', container: { ...container, service, limits } };
  } catch (error) {
    signal.throwIfAborted();
    if (!isGridError(error)) throw error;
    return { kind: 'unusable', reason: messageOf(error) };
  }
}
