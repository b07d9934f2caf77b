import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { neverAborted } from '../supervisor/testing/supervised-stand.ts';
import type { Canary } from './testing/canary.ts';
import { postgresCanaries, postgresSetup } from './testing/postgres-canaries.ts';
import { redisCanaries } from './testing/redis-canaries.ts';
import {
  openServices,
  postgres,
  redis,
  type ServiceSetting,
  type ServiceStand,
} from './testing/service-stand.ts';

const services = await openServices();
/** In the one container of its strategy; strategies go side by side. */
const inTurn = { concurrent: false };

for (const strategy of ['postgres.template', 'postgres.truncate', 'postgres.schema'] as const)
  canaryTests(strategy, postgres(strategy, { setup: postgresSetup }), postgresCanaries);

for (const strategy of ['redis.flush', 'redis.database'] as const)
  canaryTests(strategy, redis(strategy), redisCanaries);

function canaryTests<S extends string>(
  strategy: S,
  setting: ServiceSetting,
  canaries: readonly Canary<S>[],
): void {
  describe.concurrent(`the reset ${strategy}`, () => {
    let stand: ServiceStand;

    beforeAll(async () => {
      stand = await services.open(setting);
      expect(await stand.reset.prepare(neverAborted)).toEqual({ kind: 'clean' });
    });

    afterAll(() => stand?.close());

    test.each(canaries.filter(({ outcome }) => outcome[strategy] === 'gone'))(
      'leaves nothing of $what',
      inTurn,
      async ({ plant, look }) => {
        await stand.sh(plant);
        expect(await stand.sh(look), 'planted').not.toBe('');
        expect(await stand.reset.reset(neverAborted)).toEqual({ kind: 'clean' });
        expect(await stand.sh(look)).toBe('');
      },
    );

    test.each(canaries.filter(({ outcome }) => outcome[strategy] === 'replaced'))(
      'has the container replaced for $what',
      inTurn,
      async ({ plant, look, undo = '' }) => {
        await stand.sh(plant);
        expect(await stand.sh(look), 'planted').not.toBe('');
        expect(await stand.reset.reset(neverAborted)).toMatchObject({ kind: 'replace' });
        await stand.sh(undo);
        // undoing is a change too
        await stand.reset.reset(neverAborted);
        expect(await stand.reset.reset(neverAborted)).toEqual({ kind: 'clean' });
      },
    );

    test.each(canaries.filter(({ outcome }) => outcome[strategy] === 'stays'))(
      'does not promise to see $what',
      inTurn,
      async ({ plant, look, undo = '' }) => {
        await stand.sh(plant);
        expect(await stand.reset.reset(neverAborted)).toEqual({ kind: 'clean' });
        expect(await stand.sh(look)).not.toBe('');
        await stand.sh(undo);
      },
    );
  });
}
