/** Contract of `Containers`: their life. */

import { buffer } from 'node:stream/consumers';
import { GridError } from '@cleangrid/core/errors.ts';
import { describe, expect, it } from 'vitest';
import type { Containers } from '../container-runtime.ts';
import { archive } from './archives.ts';
import { codeOf } from './code-of.ts';
import type { ContainerStand } from './container-stand.ts';
import { contractCommands as commands, missingProgram } from './contract-commands.ts';

export function containersContract(stand: () => ContainerStand): void {
  const containers = (): Containers => stand().runtime.containers;

  describe('containers', () => {
    it('tells what a container is before, while and after it runs', async () => {
      const id = await stand().create({
        command: commands.endOnTerm.argv,
        env: { COLOUR: 'green' },
        user: '0',
        labels: { ...stand().label, extra: 'yes' },
      });

      const created = await containers().get(id);
      expect(created).toMatchObject({ id, state: 'created', exitCode: null, startedAtMs: null, user: '0' });
      expect(created.env).toMatchObject({ COLOUR: 'green' });
      expect(created.labels).toMatchObject({ ...stand().label, extra: 'yes' });
      expect(await containers().get(created.name)).toEqual(created);
      await containers().start(id);
      const running = await containers().get(id);
      expect(running).toMatchObject({ state: 'running', exitCode: null, oomKilled: false, health: null });
      expect(running.startedAtMs).toBeGreaterThan(0);
      await stand().firstLogLine(id);
      await containers().stop(id, 60_000);
      expect(await containers().get(id)).toMatchObject({ state: 'exited', exitCode: 7 });
    });

    it('finds containers by label, running or not', async () => {
      const id = await stand().create({ labels: { ...stand().label, role: 'found' } });
      const found = async (filter: Record<string, string | true>): Promise<string[]> =>
        (await containers().list({ ...stand().label, ...filter })).map((container) => container.id);
      expect(await found({ role: 'found' })).toEqual([id]);
      expect(await found({ role: true })).toEqual([id]);
      expect(await found({ role: 'other' })).toEqual([]);
      expect(await found({})).toEqual(expect.arrayContaining([id, stand().shared]));
    });

    it('takes starting what runs, stopping what stopped and removing what is gone for done', async () => {
      const id = await stand().start({ command: commands.endOnTerm.argv });
      await containers().start(id);
      await stand().firstLogLine(id);
      await containers().stop(id, 60_000);
      await containers().stop(id, 60_000);
      await containers().remove(id);
      await containers().remove(id);
      expect(await codeOf(containers().get(id))).toBe('not_found');
    });

    it('kills what does not stop within its grace', async () => {
      const id = await stand().start({ command: commands.ignoreTerm.argv });
      await stand().firstLogLine(id);
      await containers().stop(id, 1000);
      expect(await containers().get(id)).toMatchObject({ state: 'exited', exitCode: 137 });
    });

    it('says why a container cannot be made or started', async () => {
      const taken = stand().newName();
      await stand().create({ name: taken });
      expect(await codeOf(stand().create({ name: taken }))).toBe('already_exists');
      expect(await codeOf(stand().create({ image: 'cleangrid-test/no-such-image:1' }))).toBe('image_missing');
      expect(await codeOf(stand().start({ command: missingProgram, init: false }))).toBe('exec_failed');
    });

    it('says that a container is not there', async () => {
      const gone = stand().newName();
      expect(await codeOf(containers().get(gone))).toBe('not_found');
      expect(await codeOf(containers().start(gone))).toBe('not_found');
      expect(await codeOf(containers().stop(gone, 0))).toBe('not_found');
      expect(await codeOf(stand().run({ container: gone, argv: commands.succeed.argv }))).toBe('not_found');
      expect(await codeOf(containers().copyIn(gone, { directory: '/', tar: await archive({}) }))).toBe(
        'not_found',
      );
      expect(await codeOf(stand().firstLogLine(gone))).toBe('not_found');
      expect(await codeOf(buffer(containers().copyOut(gone, '/tmp')))).toBe('not_found');
    });

    it('gives up a call when told to, and still removes what the call may have made', async () => {
      const aborted = new GridError('cancelled', 'enough');
      const wanted = stand().spec({});
      const creating = containers().create(wanted, AbortSignal.abort(aborted));
      await expect(creating).rejects.toBe(aborted);
      await containers().remove(wanted.name);
      expect(await codeOf(containers().get(wanted.name))).toBe('not_found');
    });
  });
}
