/** Makes an instance that can be lent: one that an earlier life left clean, or a new container. */

import type { PlannedSuite } from '@cleangrid/core/plan.ts';
import type { ServiceLog } from '@cleangrid/core/result.ts';
import { failed, type Verdict } from '@cleangrid/core/verdict.ts';
import type { InstanceReset, ResetAnswer, ResetParts } from '../reset/instance-reset.ts';
import type { StepSession } from '../step-executor.ts';
import { adoptContainer } from './adopt-container.ts';
import type { Instance } from './instance.ts';
import type { InstanceNetwork } from './instance-networks.ts';
import type { LeaseTimeline } from './lease-timeline.ts';
import type { PoolRecord } from './pool-ledger.ts';
import { lastLogLines } from './service-logs.ts';
import { startContainer, type StartedContainer, type StartParts } from './start-container.ts';
import { workspaceFile, workspaceFiles } from './workspace-volume.ts';

export interface MakeParts extends StartParts {
  createReset(parts: ResetParts): InstanceReset;
}

export interface Making {
  instance: Instance;
  suite: PlannedSuite;
  image: string;
  network: InstanceNetwork;
  progress(message: string): void;
  timeline: LeaseTimeline | null;
}

/** `unusable`: what an earlier life left is not what it was; another one has to be made. */
export type MakeAnswer =
  | { kind: 'made' }
  | { kind: 'refused'; verdict: Verdict; serviceLogs: ServiceLog[] }
  | { kind: 'unusable'; reason: string };

/** A new container. Sets `instance.made`; whatever else comes of it, a container of that name may be there. */
export async function makeInstance(
  parts: MakeParts,
  making: Making,
  signal: AbortSignal,
): Promise<MakeAnswer> {
  const { instance, network } = making;
  const { name, label, service } = instance;
  const request = { ...making, name, label, service, network: network.name };
  const answer = await startContainer(parts, request, signal);
  if (answer.kind === 'refused') return answer;
  instance.networks.set(network.key, network.name);
  return prepare(parts, { making, container: answer.container, how: 'prepare' }, signal);
}

/** The container of that name, which an earlier life left clean. */
export async function adoptInstance(
  parts: MakeParts,
  { making, record }: { making: Making; record: PoolRecord },
  signal: AbortSignal,
): Promise<MakeAnswer> {
  const adopted = await adoptContainer(parts, { instance: making.instance, record }, signal);
  if (adopted.kind === 'unusable') return adopted;
  return prepare(parts, { making, container: adopted.container, how: 'resume' }, signal);
}

interface Preparing {
  making: Making;
  container: StartedContainer;
  how: 'prepare' | 'resume';
}

async function prepare(
  parts: MakeParts,
  { making, container, how }: Preparing,
  signal: AbortSignal,
): Promise<MakeAnswer> {
  const { instance, suite, progress, timeline } = making;
  const reset = await resetOf(parts, { instance, suite, session: container.session });
  instance.made = { container, reset };
  if (instance.service === null) return { kind: 'made' };
  if ('setup' in instance.service.reset) progress(`preparing ${instance.label}`);
  const endPrepare = timeline?.began('prepare', instance.label);
  const answer = await reset[how](signal).finally(() => endPrepare?.());
  if (answer.kind === 'clean') return { kind: 'made' };
  const serviceLogs = [
    { service: instance.service.name, lines: await lastLogLines(parts.runtime, container.id) },
  ];
  return { kind: 'refused', verdict: unprepared(instance, answer), serviceLogs };
}

function unprepared({ label }: Instance, answer: Exclude<ResetAnswer, { kind: 'clean' }>): Verdict {
  if (answer.kind === 'refused') return answer.verdict;
  return failed('setup', `${label} could not be prepared for its resets: ${answer.reason}`);
}

async function resetOf(
  { blobs, clock, createReset }: MakeParts,
  { instance, suite, session }: { instance: Instance; suite: PlannedSuite; session: StepSession },
): Promise<InstanceReset> {
  const { service } = instance;
  if (service === null) return noReset;
  const wanted = 'setup' in service.reset ? service.reset.setup : [];
  const files = wanted.length === 0 ? [] : await workspaceFiles(blobs, suite.workspace);
  const setup = await Promise.all(
    wanted.map(async (path) => ({ path, bytes: await workspaceFile(blobs, files, path) })),
  );
  return createReset({ service, session, setup, clock });
}

/** Of a workspace container, which its keeper cleans. */
const noReset: InstanceReset = {
  prepare: async () => ({ kind: 'clean' }),
  resume: async () => ({ kind: 'clean' }),
  reset: async () => ({ kind: 'clean' }),
  openNamespace: async () => ({ kind: 'replace', reason: 'a workspace container is not shared' }),
};
