/** `restart`: the processes of a service's container end and its command begins again, with the disk as it is. */

import type { Clock } from '@cleangrid/core/clock.ts';
import { invariant } from '@cleangrid/core/errors.ts';
import { stopGraceMs } from '@cleangrid/core/limits.ts';
import type { ContainerRuntime } from '../container-runtime.ts';
import { clean, type InstanceReset, type ResetAnswer, type ResetParts } from '../reset/instance-reset.ts';
import type { StepExecutor } from '../step-executor.ts';
import type { ContainerWatch } from './container-watch.ts';
import { exitVerdict } from './exit-verdict.ts';
import type { Instance } from './instance.ts';
import { waitReady } from './wait-ready.ts';

export interface RestartParts {
  runtime: ContainerRuntime;
  executor: StepExecutor;
  watch: ContainerWatch;
  clock: Clock;
  createReset(parts: ResetParts): InstanceReset;
}

/** Sets `instance.made` anew: nothing of its session has survived. Rejects with the runtime's and the session's errors. */
export async function restartInstance(
  { runtime, executor, watch, clock, createReset }: RestartParts,
  instance: Instance,
  signal: AbortSignal,
): Promise<ResetAnswer> {
  const { made, service } = instance;
  invariant(made && service, 'a service that is restarted was made');
  const { id } = made.container;
  await made.container.session.close();
  await runtime.containers.stop(id, stopGraceMs);
  await watch.fateOf(made.container);
  await runtime.containers.start(id, signal);
  // Events have told of its end, which must not be taken for that of its new life.
  watch.adopt(id);
  const { startedAtMs } = await runtime.containers.get(id, signal);
  const session = await executor.open(id, signal);
  const container = {
    ...made.container,
    startedAtMs: startedAtMs ?? made.container.startedAtMs,
    session,
    executor: session.kind,
  };
  instance.made = { container, reset: createReset({ service, session, setup: [], clock }) };
  const ended = async () => exitVerdict({ service: service.name }, await watch.fateOf(container));
  const verdict = await waitReady(service, { clock, container: { ...container, runtime }, ended }, signal);
  return verdict && 'message' in verdict ? { kind: 'replace', reason: verdict.message } : clean;
}
