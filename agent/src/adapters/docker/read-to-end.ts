/** Reads a hijacked connection at the pace of its consumer and loses nothing, however the connection ends. */

import type { Duplex } from 'node:stream';

/**
 * Hands over every chunk, one at a time. Resolves to null after a clean end, else to what broke the connection, after the last byte that
 * had arrived: a stream's own iterator would drop what it holds. Rejects with the signal's reason, or what `take` throws.
 */
export async function readToEnd(
  connection: Duplex,
  take: (chunk: Uint8Array) => void | Promise<void>,
  signal: AbortSignal | undefined,
): Promise<Error | null> {
  let ended = connection.closed;
  let failure: Error | null = null;
  let wake = (): void => {};
  const end = (): void => {
    ended = true;
    wake();
  };
  const abort = (): void => void connection.destroy();
  connection.on('readable', () => wake());
  connection.on('end', end).on('close', end);
  connection.on('error', (error: Error) => {
    failure ??= error;
  });
  signal?.addEventListener('abort', abort, { once: true });
  try {
    for (;;) {
      signal?.throwIfAborted();
      const chunk = connection.read() as Buffer | null;
      if (chunk !== null) await take(chunk);
      else if (ended) return failure;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    connection.destroy();
  }
}
