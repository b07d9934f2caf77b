import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { execInput } from './exec-input.ts';
import { readToEnd } from './read-to-end.ts';

/** Fits into what the kernel holds of a connection, so that the other end is not held back. */
const outputBytes = 100_000;

describe('a connection that the daemon closes', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cleangrid-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  /** One end is ours, the other a daemon's. */
  async function connectPair(): Promise<{ ours: Socket; daemons: Socket; close: () => void }> {
    const path = join(directory, 'socket');
    const server = createServer().listen(path);
    await once(server, 'listening');
    const ours = connect(path);
    const [daemons] = (await once(server, 'connection')) as [Socket];
    return { ours, daemons, close: () => void server.close() };
  }

  it('gives all it was sent, though much of our input was never read', async () => {
    const { ours, daemons, close } = await connectPair();
    const input = execInput(ours);
    const closed = once(daemons, 'close');
    let byteCount = 0;
    const reading = readToEnd(
      ours,
      async (chunk) => {
        byteCount += chunk.length;
        // slower than everything that happens at the other end
        await closed;
        for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      },
      undefined,
    );
    const writing = input.write(Buffer.alloc(5_000_000));
    daemons.write(Buffer.alloc(outputBytes), () => daemons.destroy());
    await writing;
    input.end();
    await reading;
    expect(byteCount).toBe(outputBytes);
    close();
  });

  it('ends what is written after it', async () => {
    const { ours, daemons, close } = await connectPair();
    const input = execInput(ours);
    daemons.destroy();
    expect(await readToEnd(ours, () => {}, undefined)).toBeNull();
    await input.write(Buffer.from('late'));
    input.end();
    close();
  });
});
