import { expect, test } from 'vitest';
import { machineContainer } from './fake/machine-container.ts';
import { findContainer, findNamed } from './find-container.ts';

const one = machineContainer({ container: 'cleangrid-a-1', label: 'db' });
const used = machineContainer({
  container: 'cleangrid-b-1',
  label: 'cache',
  state: 'leased',
  holder: 'checkout',
});
const other = machineContainer({ container: 'cleangrid-b-2', label: 'cache' });
const going = machineContainer({ container: 'cleangrid-c-1', label: 'queue', state: 'dirty' });
const all = [one, used, other, going];

test('finds a container by its name, by its service, and by the beginning of its name', () => {
  expect(findContainer(all, 'cleangrid-b-1')).toBe(used);
  expect(findContainer(all, 'db')).toBe(one);
  expect(findContainer(all, 'cleangrid-a')).toBe(one);
  expect(findContainer(all, 'd')).toBeNull();
  expect(findNamed(all, 'cleangrid-a')).toBeNull();
});

test.each(['cache', 'cleangrid-b'])('says which containers fit %s', (wanted) => {
  expect(() => findContainer(all, wanted)).toThrow(
    expect.objectContaining({
      code: 'bad_usage',
      message: `2 containers fit ${wanted}`,
      hint: 'Write the name of one: cleangrid-b-1 (leased, checkout), cleangrid-b-2 (clean)',
    }),
  );
});

test('takes what is there before what is being made or removed, and that where there is nothing else', () => {
  const making = machineContainer({ container: 'cleangrid-a-2', label: 'db', state: 'making' });
  expect(findContainer([making, one], 'db')).toBe(one);
  expect(findContainer(all, 'queue')).toBe(going);
});
