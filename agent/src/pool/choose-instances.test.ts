import { id } from '@cleangrid/core/ids.ts';
import type { Isolation, PlannedService } from '@cleangrid/core/plan.ts';
import { expect, test } from 'vitest';
import { chooseInstances, Claims, type Need, type PoolView } from './choose-instances.ts';
import type { Hold, Instance } from './instance.ts';

function need(isolation: Isolation = 'reset', change: Partial<Need> = {}): Need {
  const service = { name: id('db'), isolation } as PlannedService;
  return { service, image: 'i', digest: 'd', fresh: false, note: null, maxContainers: 2, ...change };
}

const hold: Hold = { holder: 'another scenario', deadlineMs: 0, namespace: null };

function instance(name: string, state: Instance['state'], change: Partial<Instance> = {}): Instance {
  return {
    name,
    state,
    digest: 'd',
    holders: new Map(),
    uses: 0,
    usedAtMs: 0,
    createdAtMs: 0,
    ...change,
  } as Instance;
}

/** One word for each need; null where the lease waits. */
function choose(needs: Need[], instances: Instance[], hasRoom = true): string[] | null {
  const view: PoolView = { instances, hasRoom: () => hasRoom, memoryOf: () => 1 };
  const choices = chooseInstances(needs, view, new Claims());
  return choices && choices.map((choice) => (choice.kind === 'take' ? choice.instance.name : 'make'));
}

const held = { holders: new Map([['lease 1', hold]]) };

test('takes the one that was used last, else makes one while the limit allows', () => {
  const old = instance('old', 'ready', { usedAtMs: 1 });
  expect(choose([need()], [old, instance('new', 'ready', { usedAtMs: 2 })])).toEqual(['new']);
  expect(choose([need()], [instance('a', 'leased', held)])).toEqual(['make']);
  expect(choose([need()], [instance('a', 'leased', held), instance('b', 'leased', held)])).toBeNull();
});

test('waits for one that is on its way, and for memory', () => {
  expect(choose([need()], [instance('a', 'resetting')])).toBeNull();
  expect(choose([need()], [], false)).toBeNull();
});

test('leaves what was made for a lease to it', () => {
  expect(choose([need()], [instance('a', 'ready', held)])).toEqual(['make']);
  expect(choose([need()], [instance('a', 'starting', held)])).toEqual(['make']);
});

test('shares what others hold, and waits for what they wait for', () => {
  expect(choose([need('shared')], [instance('a', 'leased', held)])).toEqual(['a']);
  expect(choose([need('shared')], [instance('a', 'ready', held)])).toEqual(['a']);
  expect(choose([need('shared')], [instance('a', 'starting', held)])).toBeNull();
});

test('gives a fresh one to whoever needs it', () => {
  const used = instance('a', 'ready', { uses: 1 });
  const fresh = need('reset', { fresh: true, maxContainers: 1 });
  expect(choose([fresh], [used])).toEqual(['make']);
  expect(choose([fresh], [used, instance('b', 'ready')])).toEqual(['b']);
});

test('keeps to the limit where every container is fresh', () => {
  const once = need('fresh', { fresh: true, maxContainers: 1 });
  expect(choose([once], [instance('a', 'leased', held)])).toBeNull();
  expect(choose([once], [instance('a', 'creating')])).toBeNull();
  expect(choose([once], [])).toEqual(['make']);
});

test.each<Isolation>(['reset', 'shared'])(
  'gives two services that are equal an instance each, with isolation %s',
  (isolation) => {
    const both = [need(isolation), need(isolation)];
    expect(choose(both, [])).toEqual(['make', 'make']);
    expect(choose(both, [instance('a', 'ready')])).toEqual(['a', 'make']);
    expect(choose(both, [instance('a', 'ready'), instance('b', 'ready')])).toEqual(['a', 'b']);
    const single = both.map((one) => ({ ...one, maxContainers: 1 }));
    expect(choose(single, [])).toEqual(['make', 'make']);
    expect(choose(single, [instance('a', 'ready')])).toEqual(['a', 'make']);
  },
);

test('leaves what an earlier lease waits for to it', () => {
  const claims = new Claims();
  const other = { ...need(), digest: 'other', maxContainers: 1 };
  const busy = instance('o', 'leased', { ...held, digest: 'other' });
  const instances = [instance('a', 'ready'), instance('b', 'leased', held), busy];
  const view: PoolView = { instances, hasRoom: () => true, memoryOf: () => 1 };
  expect(chooseInstances([need(), other], view, claims)).toBeNull();
  expect(chooseInstances([need()], view, claims)).toBeNull();
});
