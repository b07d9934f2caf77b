/** Makes a container before a scenario asks for it. Where that fails nobody is told: the scenario that needs one will see why. */

import { messageOf } from '@cleangrid/core/errors.ts';
import type { PlannedSuite } from '@cleangrid/core/plan.ts';
import { type Instance, isGone } from './instance.ts';
import { type MakeAnswer, makeInstance } from './make-instance.ts';
import { type ProvideParts, takeOver } from './provide-instances.ts';

/** Resolves when it is ready for any lease, or retired. */
export async function makeAhead(
  parts: ProvideParts,
  { instance, suite }: { instance: Instance; suite: PlannedSuite },
  signal: AbortSignal,
): Promise<void> {
  const { book } = parts;
  const answer = await make(parts, { instance, suite }, signal).catch((error: unknown) => ({
    kind: 'unusable' as const,
    reason: messageOf(error),
  }));
  if (isGone(instance)) return;
  if (answer.kind === 'made') book.move(instance, 'ready');
  else book.retire(instance, `it could not be made ahead${'reason' in answer ? `: ${answer.reason}` : ''}`);
}

async function make(
  parts: ProvideParts,
  { instance, suite }: { instance: Instance; suite: PlannedSuite },
  signal: AbortSignal,
): Promise<MakeAnswer> {
  const { image, adopted, service } = instance;
  const untold = { progress: () => undefined, timeline: null };
  const making = { instance, suite, image, network: { key: '', name: '' }, ...untold };
  if (adopted) return takeOver(parts, { making, record: adopted }, signal);
  // As the only one of its scenario: to others it is joined when they are there.
  const network = await parts.networks.ensure(new Map(service ? [[service.name, instance]] : []));
  parts.book.move(instance, 'starting');
  return makeInstance(parts, { ...making, network }, signal);
}
