/** A host whose containers are made and started a few at once, however many are asked for: the others wait in the order in which they asked. */

import { containerStartsAtOnceMax } from '@cleangrid/core/limits.ts';
import type { ContainerRuntime } from './container-runtime.ts';
import { Slots } from './supervisor/slots.ts';

/** Waiting is no part of a call: its own bound begins when its turn has come. */
export function limitStarts(runtime: ContainerRuntime): ContainerRuntime {
  const turns = new Slots(containerStartsAtOnceMax);
  const never = new AbortController().signal;
  const inTurn = async <T>(signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> => {
    const hasTurn = await turns.take(signal ?? never);
    if (!hasTurn) signal?.throwIfAborted();
    try {
      return await call();
    } finally {
      turns.giveBack();
    }
  };
  const { containers } = runtime;
  return {
    ...runtime,
    containers: {
      ...containers,
      create: (spec, signal) => inTurn(signal, () => containers.create(spec, signal)),
      start: (container, signal) => inTurn(signal, () => containers.start(container, signal)),
    },
  };
}
