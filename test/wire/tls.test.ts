import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import { GrpcRunService } from '@cleangrid/proto/adapters/grpc-run-service.ts';
import type { TlsMaterial } from '@cleangrid/proto/transport-security.ts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openGrpc } from './open-grpc.ts';

// Real sockets and threads, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

async function certificate(owner: 'grid' | 'stranger'): Promise<TlsMaterial<Uint8Array>> {
  const read = (name: string): Promise<Uint8Array> =>
    readFile(join(import.meta.dirname, 'certificates', name));
  const [ca, key, own] = await Promise.all([read('ca.pem'), read(`${owner}.key`), read(`${owner}.pem`)]);
  return { ca, key, certificate: own };
}

describe('TLS', () => {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const clean of cleanups.splice(0).toReversed()) await clean();
  });

  async function open(served: TlsMaterial<Uint8Array>, dialled: TlsMaterial<Uint8Array> | null) {
    const server = await openGrpc({ runs: { list: async () => [] }, tls: served });
    cleanups.push(() => server.close(0));
    const client = new GrpcRunService({ ...server.target, tls: dialled }, systemClock);
    cleanups.push(() => client.close());
    return client;
  }

  it('lets in whoever shows a certificate of the same CA', async () => {
    const grid = await certificate('grid');
    expect(await (await open(grid, grid)).list(1)).toEqual([]);
  });

  it.each([
    ['a caller with a certificate of another CA', 'grid', 'stranger'],
    ['a coordinator with a certificate of another CA', 'stranger', 'grid'],
  ] as const)('does not let %s through', async (_who, served, dialled) => {
    const client = await open(await certificate(served), await certificate(dialled));
    await expect(all(client)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('does not let a caller through that speaks plain text', async () => {
    const client = await open(await certificate('grid'), null);
    await expect(all(client)).rejects.toMatchObject({ code: 'unavailable' });
  });
});

/** Not asked again, as `list` would be: a stream ends with its first error. */
async function all(client: GrpcRunService): Promise<void> {
  for await (const record of client.scenarios('run-1' as never)) expect(record).toBeUndefined();
}
