/** Exclusive use of several named things at once: all or none, first come first served where requests overlap. */

export interface Exclusive {
  /** Rejects with the signal's reason when it aborts first. The result gives the things back; once. */
  acquire(keys: readonly string[], signal: AbortSignal): Promise<() => void>;
}

interface Waiter {
  keys: readonly string[];
  grant: () => void;
}

export function createExclusive(): Exclusive {
  const held = new Set<string>();
  const waiters: Waiter[] = [];

  /** A waiter is passed only by those who want none of what it waits for. */
  const grantWhatIsFree = (): void => {
    const wanted = new Set<string>();
    for (const waiter of waiters.slice()) {
      const free = waiter.keys.every((key) => !held.has(key) && !wanted.has(key));
      if (free) {
        waiters.splice(waiters.indexOf(waiter), 1);
        for (const key of waiter.keys) held.add(key);
        waiter.grant();
      } else {
        for (const key of waiter.keys) wanted.add(key);
      }
    }
  };

  const release = (keys: readonly string[]): void => {
    for (const key of keys) held.delete(key);
    grantWhatIsFree();
  };

  return {
    acquire(keys, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason as Error);
        const abort = (): void => {
          waiters.splice(waiters.indexOf(waiter), 1);
          reject(signal.reason as Error);
          grantWhatIsFree();
        };
        const waiter: Waiter = {
          keys,
          grant: () => {
            signal.removeEventListener('abort', abort);
            resolve(() => release(keys));
          },
        };
        waiters.push(waiter);
        signal.addEventListener('abort', abort, { once: true });
        grantWhatIsFree();
      });
    },
  };
}
