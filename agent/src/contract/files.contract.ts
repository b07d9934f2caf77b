/** Contract of `Containers` and `Volumes`: archives in and out, volumes. */

import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { Containers } from '../container-runtime.ts';
import { archive, unpack } from './archives.ts';
import { codeOf } from './code-of.ts';
import type { ContainerStand } from './container-stand.ts';
import { contractCommands as commands } from './contract-commands.ts';

export function filesContract(stand: () => ContainerStand): void {
  const containers = (): Containers => stand().runtime.containers;

  describe('files', () => {
    it('copies archives in and out', async () => {
      const tarball = await archive({ 'copied/file': 'content\n' });
      await containers().copyIn(stand().shared, { directory: '/tmp', tar: tarball });
      expect((await stand().run(commands.readFile)).stdout).toBe('content\n');
      const out = await unpack(containers().copyOut(stand().shared, '/tmp/copied'));
      expect(out).toMatchObject({ 'copied/file': 'content\n' });
    });

    it('takes an archive as it is made', async () => {
      const whole = await archive({ 'copied/file': 'in pieces\n' });
      async function* pieces(): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < whole.length; at += 100) yield whole.subarray(at, at + 100);
      }
      await containers().copyIn(stand().shared, { directory: '/tmp', tar: pieces() });
      expect((await stand().run(commands.readFile)).stdout).toBe('in pieces\n');
    });

    it('tells what was added to the image, and to no mount', async () => {
      const { shared } = stand();
      await containers().copyIn(shared, { directory: '/tmp', tar: await archive({ added: '1' }) });
      expect((await containers().changes(shared)).get('/tmp/added')).toBe('added');
      expect(await codeOf(containers().changes('no-such-container'))).toBe('not_found');
    });

    it('says that the place of a copy does not exist, whatever its size', async () => {
      const large = await archive({ file: 'x'.repeat(3_000_000) });
      expect(await codeOf(containers().copyIn(stand().shared, { directory: '/no/such', tar: large }))).toBe(
        'not_found',
      );
      expect(await codeOf(buffer(containers().copyOut(stand().shared, '/no/such')))).toBe('not_found');
    });

    it('shares a volume between containers, which outlives them', async () => {
      const { volumes } = stand().runtime;
      const volume = stand().newName();
      await volumes.create(volume, stand().label);
      await volumes.create(volume, stand().label);
      const mounts = [{ kind: 'volume' as const, source: volume, target: '/data', readOnly: false }];
      const first = await stand().start({ command: commands.idle.argv, mounts, readOnly: true });
      await stand().run({ container: first, argv: commands.touchVolume.argv });
      expect(
        await codeOf(containers().copyIn(first, { directory: '/tmp', tar: await archive({ file: '' }) })),
      ).toBe('runtime_error');
      expect(await codeOf(volumes.remove(volume))).toBe('runtime_error');
      await containers().remove(first);
      const second = await stand().create({ mounts });
      expect(await unpack(containers().copyOut(second, '/data'))).toHaveProperty('data/made');
      await containers().remove(second);
      expect(await volumes.list(stand().label)).toContainEqual({ name: volume, labels: stand().label });
      await volumes.remove(volume);
      await volumes.remove(volume);
      expect(await volumes.list(stand().label)).not.toContainEqual({ name: volume, labels: stand().label });
    });
  });
}
