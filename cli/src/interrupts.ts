/**
 * Ctrl-C and its kin, counted: the first asks for an orderly end, the second for an end now.
 *
 *   listening ──signal──▶ ending ──signal──▶ stopping
 */

export const interruptingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type InterruptingSignal = (typeof interruptingSignals)[number];

/** The process, or a fake. */
export interface SignalSource {
  on(signal: InterruptingSignal, listener: () => void): unknown;
  off(signal: InterruptingSignal, listener: () => void): unknown;
}

export interface InterruptHandlers {
  first(signal: InterruptingSignal): void;
  /** Every one after the first. */
  again(): void;
}

/** Returns what stops listening. */
export function listenForInterrupts(source: SignalSource, handlers: InterruptHandlers): () => void {
  let interrupted = false;
  const listeners = interruptingSignals.map((signal) => {
    const listener = (): void => {
      if (interrupted) return handlers.again();
      interrupted = true;
      handlers.first(signal);
    };
    source.on(signal, listener);
    return { signal, listener };
  });
  return () => {
    for (const { signal, listener } of listeners) source.off(signal, listener);
  };
}
