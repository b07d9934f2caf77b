import { supervisorVolumeAgeMsMin } from '@cleangrid/core/limits.ts';
import { expect, test } from 'vitest';
import { createFakeRuntime } from '../fake/fake-runtime.ts';
import { virtualClock } from '../fake/virtual-clock.ts';
import { madeLabel, removeReplaced } from './replaced-volumes.ts';

const nowMs = 1_800_000_000_000;

test('removes what a replaced version left: nothing in use, nothing that is not clearly older, nothing of anybody else', async () => {
  const runtime = createFakeRuntime({
    clock: virtualClock(),
    images: { i: { id: 'sha256:0', command: [] } },
    programs: () => null,
  });
  const make = (name: string, madeMs: number | null, kind = 'supervisor'): Promise<void> =>
    runtime.volumes.create(name, {
      'cleangrid.kind': kind,
      ...(madeMs !== null && { [madeLabel]: String(madeMs) }),
    });
  await make('current', nowMs);
  await make('newer', nowMs + 10 * supervisorVolumeAgeMsMin);
  await make('nearly as new', nowMs - supervisorVolumeAgeMsMin + 1);
  await make('old', nowMs - supervisorVolumeAgeMsMin);
  await make('of the first versions', null);
  await make('old and in use', nowMs - supervisorVolumeAgeMsMin);
  await make('old of a service', nowMs - supervisorVolumeAgeMsMin, 'volume');
  const mounts = [{ kind: 'volume', source: 'old and in use', target: '/x', readOnly: true } as const];
  await runtime.containers.create({ name: 'c', image: 'i', labels: {}, mounts });

  await removeReplaced(runtime.volumes, 'current');

  const left = await runtime.volumes.list({});
  expect(left.map(({ name }) => name).sort()).toEqual(
    ['current', 'newer', 'nearly as new', 'old and in use', 'old of a service'].sort(),
  );
});
