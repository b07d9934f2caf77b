import { expect, test } from 'vitest';
import { id } from '../ids.ts';
import { planSuites } from './plan-suites.ts';
import { readSuites } from './read-suites.ts';
import { selectScenarios } from './select-scenarios.ts';

const scenarioText = (name: string, tags: string[]): string =>
  `[[scenario]]\nname = "${name}"\nimage = "i"\ntags = ${JSON.stringify(tags)}\nsteps = [{ run = "x" }]\n`;

const head = '[suite]\nname = "s"\n';
const read = readSuites(
  [
    {
      path: 'shop/orders.cleangrid.toml',
      text: `${head}${scenarioText('checkout', ['smoke', 'db'])}${scenarioText('checkout [slow]', ['slow', 'db'])}`,
    },
    { path: 'shop/old/stock.cleangrid.toml', text: head + scenarioText('stock', ['smoke']) },
    { path: 'shopping.cleangrid.toml', text: head + scenarioText('a*b', []) },
  ],
  {},
);
const manifest = { manifest: { files: [] }, sha256: id('0') } as Parameters<typeof planSuites>[1][number];
const { plan } = planSuites(read, [manifest, manifest, manifest]);

function names(select: string[], tags: string[] = []): string[] {
  if (!plan) throw new Error('no plan');
  return selectScenarios(plan, { select, tags }).scenarios.map(({ name }) => name);
}

const all = ['checkout', 'checkout [slow]', 'stock', 'a*b'];

test.each([
  [[], all],
  [['check'], ['checkout', 'checkout [slow]']],
  [
    ['stock', 'checkout'],
    ['checkout', 'checkout [slow]', 'stock'],
  ],
  [['Checkout'], []],
  [['check*'], ['checkout', 'checkout [slow]']],
  [['checkou?'], ['checkout']],
  [['*[slow]'], ['checkout [slow]']],
  [['a*b'], ['a*b']],
  [['*/stock*'], ['stock']],
  [['shop/orders.cleangrid.toml'], ['checkout', 'checkout [slow]']],
  [['./shop/old/stock.cleangrid.toml'], ['stock']],
  [['shop'], ['checkout', 'checkout [slow]', 'stock']],
  [['shop/'], ['checkout', 'checkout [slow]', 'stock']],
  [['shop/orders.cleangrid.toml:1'], []],
  [['shop/orders.cleangrid.toml:3'], ['checkout']],
  [['shop/orders.cleangrid.toml:7'], ['checkout']],
  [['./shop/orders.cleangrid.toml:8'], ['checkout [slow]']],
  [['shop/orders.cleangrid.toml:9999'], ['checkout [slow]']],
  [['gone.toml:3'], []],
])('--select %j finds %j', (select, found) => {
  expect(names(select)).toEqual(found);
});

test.each([
  [['smoke'], ['checkout', 'stock']],
  [
    ['smoke', 'slow'],
    ['checkout', 'checkout [slow]', 'stock'],
  ],
  [['!slow'], ['checkout', 'stock', 'a*b']],
  [['db', '!slow'], ['checkout']],
  [['!smoke', '!slow'], ['a*b']],
])('--tag %j finds %j', (tags, found) => {
  expect(names([], tags)).toEqual(found);
});

test('--select and --tag must both hold', () => {
  expect(names(['shop/orders.cleangrid.toml'], ['smoke'])).toEqual(['checkout']);
});

test('keeps the suites, so that the numbers of scenarios hold', () => {
  if (!plan) throw new Error('no plan');
  const { suites, scenarios } = selectScenarios(plan, { select: ['stock'], tags: [] });
  expect(scenarios.map(({ suite }) => suites[suite]?.file)).toEqual(['shop/old/stock.cleangrid.toml']);
});
