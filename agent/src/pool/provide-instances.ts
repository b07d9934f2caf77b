/** From what a lease was given to what it can use: adopted or made where it is not there yet, joined by one network, holding the suite's files. */

import { invariant, isGridError, messageOf } from '@cleangrid/core/errors.ts';
import type { ServiceName } from '@cleangrid/core/ids.ts';
import type { ServiceLog } from '@cleangrid/core/result.ts';
import { broken, type Verdict } from '@cleangrid/core/verdict.ts';
import { fillAttemptsMax } from '@cleangrid/core/limits.ts';
import { type FillParts, fillInstance, isResetByCommands } from './fill-instance.ts';
import { type Instance, isGone } from './instance.ts';
import type { InstanceNetwork, InstanceNetworks } from './instance-networks.ts';
import type { ProvidedContainer } from './lease-timeline.ts';
import {
  adoptInstance,
  type MakeAnswer,
  type MakeParts,
  makeInstance,
  type Making,
} from './make-instance.ts';
import type { PoolBook } from './pool-book.ts';
import type { PoolRecord } from './pool-ledger.ts';
import type { LeaseRequest } from './pool.ts';

export interface ProvideParts extends MakeParts, FillParts {
  book: PoolBook;
  networks: InstanceNetworks;
}

export interface Provision {
  request: LeaseRequest;
  /** Held by the lease; replaced where one is of no use. */
  members: Map<ServiceName, Instance>;
  /** The lease's key among their holders. */
  key: string;
  /** Another instance, held by the lease in the place of one that is of no use. */
  another(instance: Instance, why: string): Instance;
  /** The workspace container for that network, held by the lease; null where no step needs one. Rejects with the signal's reason. */
  workspace(network: InstanceNetwork, signal: AbortSignal): Promise<Instance | null>;
}

export type ProvideAnswer =
  | { kind: 'provided'; workspace: Instance | null }
  | { kind: 'refused'; verdict: Verdict; serviceLogs: ServiceLog[] };

export async function provideInstances(
  parts: ProvideParts,
  provision: Provision,
  signal: AbortSignal,
): Promise<ProvideAnswer> {
  try {
    const { members } = provision;
    const network = await provideMembers(parts, provision, signal);
    const workspace = await provideWorkspace(parts, { provision, network }, signal);
    await every([...members.values()], (instance) => openNamespace(instance, provision.key, signal));
    return { kind: 'provided', workspace };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Refusal) return error.answer;
    if (!isGridError(error)) throw error;
    return { kind: 'refused', verdict: verdictOf(error), serviceLogs: [] };
  }
}

/** Carries a refusal out of what is done side by side. */
class Refusal extends Error {
  readonly answer: Extract<ProvideAnswer, { kind: 'refused' }>;

  constructor(verdict: Verdict, serviceLogs: ServiceLog[]) {
    super('refused');
    this.answer = { kind: 'refused', verdict, serviceLogs };
  }
}

/** All of them to their ends, so that nothing goes on after the first that fails. */
async function every<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const settled = await Promise.allSettled(items.map(work));
  for (const one of settled) if (one.status === 'rejected') throw one.reason;
}

/** Ready, joined by the network that is returned, and with the suite's files where steps or resets of the suite run in them. */
async function provideMembers(
  parts: ProvideParts,
  provision: Provision,
  signal: AbortSignal,
): Promise<InstanceNetwork> {
  const { members } = provision;
  for (let attempt = 1; ; attempt += 1) {
    await every([...members], ([name, instance]) => keepUsable(parts, { provision, name, instance }, signal));
    const network = await parts.networks.ensure(members);
    await every([...members], ([name, instance]) =>
      join(parts, { provision, network, name, instance }, signal),
    );
    const { steps } = provision.request.scenario;
    const filled = [...members].filter(
      ([name, instance]) => isResetByCommands(instance) || steps.some((step) => step.in === name),
    );
    const replaced: [ServiceName, Instance][] = [];
    await every(filled, async ([name, instance]) => {
      const next = await fill(parts, { provision, instance, attempt }, signal);
      if (next !== instance) replaced.push([name, next]);
    });
    if (replaced.length === 0) return network;
    for (const [name, instance] of replaced) members.set(name, instance);
  }
}

/** Resolves to another one, to be provided, where this one cannot be brought to the suite's files. */
async function fill(
  parts: ProvideParts,
  { provision, instance, attempt }: { provision: Provision; instance: Instance; attempt: number },
  signal: AbortSignal,
): Promise<Instance> {
  const { request, key } = provision;
  const answer = await fillInstance(parts, { instance, suite: request.suite, key }, signal);
  if (answer.kind === 'clean') return instance;
  if (answer.kind === 'refused') throw new Refusal(answer.verdict, []);
  if (attempt === fillAttemptsMax)
    throw new Refusal(broken('resource', `${instance.label}: ${answer.reason}`), []);
  return provision.another(instance, answer.reason);
}

interface Member {
  provision: Provision;
  name: ServiceName;
  instance: Instance;
}

/** One that ended meanwhile, or that an earlier life left otherwise than it said, gives its place to a new one. */
async function keepUsable(
  parts: ProvideParts,
  { provision, name, instance }: Member,
  signal: AbortSignal,
): Promise<void> {
  if (await isUsable(parts, { provision, instance }, signal)) return;
  provision.members.set(name, provision.another(instance, notAsBefore));
}

const notAsBefore = 'it does not run as it did';

async function isUsable(
  parts: ProvideParts,
  { provision, instance }: { provision: Provision; instance: Instance },
  signal: AbortSignal,
): Promise<boolean> {
  const { book, watch } = parts;
  if (isGone(instance)) return false;
  if (instance.made) {
    const { container } = instance.made;
    return watch.isKnownToRun(container) || (await watch.fateOf(container)).kind === 'running';
  }
  if (instance.adopted === null) return true;
  const network = { key: '', name: '' };
  const making = makingOf(provision, instance, network);
  const answer = await takeOver(parts, { making, record: instance.adopted }, signal);
  if (answer.kind !== 'made') return false;
  lend(book, instance);
  return true;
}

/** What an earlier life left clean, with its networks. */
export async function takeOver(
  parts: ProvideParts,
  taken: { making: Making; record: PoolRecord },
  signal: AbortSignal,
): Promise<MakeAnswer> {
  const { instance } = taken.making;
  parts.book.move(instance, 'starting');
  const answer = await adoptInstance(parts, taken, signal);
  if (answer.kind === 'made')
    for (const [key, name] of instance.networks) parts.networks.adopt({ key, name });
  return answer;
}

/** In the lease's network, under the suite's name for it. */
async function join(
  parts: ProvideParts,
  { provision, network, name, instance }: Member & { network: InstanceNetwork },
  signal: AbortSignal,
): Promise<void> {
  const origin = instance.made ? 'warm' : 'cold';
  if (!instance.made) await make(parts, makingOf(provision, instance, network), signal);
  else if (!instance.networks.has(network.key)) {
    await parts.runtime.networks.connect(network.name, instance.name, [name]);
    instance.networks.set(network.key, network.name);
  }
  tellProvided(provision, { instance, service: name, origin });
}

function tellProvided(
  { request }: Provision,
  { instance, ...provided }: Pick<ProvidedContainer, 'service' | 'origin'> & { instance: Instance },
): void {
  const { made, image, uses, resetMs } = instance;
  invariant(made, 'what is provided was made');
  const label = provided.service ?? instance.label;
  request.timeline?.provided({ ...provided, id: made.container.id, label, image, uses, resetMs });
}

async function make(parts: ProvideParts, making: Making, signal: AbortSignal): Promise<void> {
  const { instance } = making;
  parts.book.move(instance, 'starting');
  const answer: MakeAnswer = await makeInstance(parts, making, signal);
  if (answer.kind === 'refused') {
    // Half prepared it is of no use to anybody.
    parts.book.retire(instance, 'it could not be made ready');
    throw new Refusal(answer.verdict, answer.serviceLogs);
  }
  invariant(answer.kind === 'made', 'a new container is made or refused');
  lend(parts.book, instance);
}

/** Ready, and lent at once: it was made for the lease that holds it. */
function lend(book: PoolBook, instance: Instance): void {
  book.move(instance, 'ready');
  // Others may have joined who share it.
  if (instance.state === 'ready') book.lend(instance);
}

function makingOf({ request }: Provision, instance: Instance, network: InstanceNetwork): Making {
  const { suite, progress, timeline } = request;
  return { instance, suite, image: instance.image, network, progress, timeline };
}

async function provideWorkspace(
  parts: ProvideParts,
  { provision, network }: { provision: Provision; network: InstanceNetwork },
  signal: AbortSignal,
): Promise<Instance | null> {
  let instance = await provision.workspace(network, signal);
  for (let attempt = 1; instance; attempt += 1) {
    if (!(await isUsable(parts, { provision, instance }, signal)))
      instance = provision.another(instance, notAsBefore);
    const origin = instance.made ? 'warm' : 'cold';
    if (!instance.made) await make(parts, makingOf(provision, instance, network), signal);
    const filled = await fill(parts, { provision, instance, attempt }, signal);
    if (filled === instance) {
      tellProvided(provision, { instance, service: null, origin });
      return instance;
    }
    instance = filled;
  }
  return null;
}

async function openNamespace(instance: Instance, key: string, signal: AbortSignal): Promise<void> {
  if (instance.service?.isolation !== 'shared' || instance.service.reset.strategy === 'none') return;
  const hold = instance.holders.get(key);
  invariant(instance.made && hold, 'a shared service is held and made');
  const answer = await instance.made.reset.openNamespace(signal);
  if (answer.kind === 'opened') hold.namespace = answer.namespace;
  else if (answer.kind === 'refused') throw new Refusal(answer.verdict, []);
  else throw new Refusal(broken('resource', `${instance.label}: ${answer.reason}`), []);
}

function verdictOf(error: unknown): Verdict {
  if (isGridError(error, 'disk_full')) return broken('disk_full', messageOf(error));
  if (isGridError(error, 'daemon_unreachable', 'timed_out'))
    return broken('daemon_unavailable', messageOf(error));
  return broken('resource', messageOf(error));
}
