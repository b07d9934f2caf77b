import { expect, test } from 'vitest';
import type { PlannedService } from '../plan.ts';
import { compileText, suiteWith } from './compile-text.ts';

function serviceOf(text: string): PlannedService {
  const { plan, problems } = compileText(suiteWith({ service: text }));
  const [service] = Object.values(plan?.suites[0]?.services ?? {});
  if (!service) throw new Error(JSON.stringify(problems));
  return service;
}

test('a service of which nothing is said is for one scenario at a time, and made anew after it', () => {
  expect(serviceOf('')).toMatchObject({
    isolation: 'reset',
    reset: { strategy: 'recreate', probe: null },
    port: null,
    maxUses: null,
    maxAgeMs: 3_600_000,
    maxContainers: null,
    prewarm: 0,
    healthIntervalMs: 10_000,
  });
});

const template = 'reset.strategy = "postgres.template"';

test.each([
  ['', 'postgres', 'postgres'],
  ['env = { POSTGRES_DB = "shop" }', 'postgres', 'shop'],
  ['env = { POSTGRES_USER = "alice" }', 'alice', 'alice'],
  ['env = { POSTGRES_USER = "", POSTGRES_DB = "" }', 'postgres', 'postgres'],
  ['env = { POSTGRES_USER = "alice", POSTGRES_DB = "shop" }\nreset.user = "bob"', 'bob', 'shop'],
  ['env = { POSTGRES_DB = "shop" }\nreset.database = "app"', 'postgres', 'app'],
])('with %j a PostgreSQL is used as %s, in the database %s', (text, user, database) => {
  const strategy = 'postgres.template';
  expect(serviceOf(`${text}\n${template}`).reset).toEqual({
    strategy,
    user,
    database,
    setup: [],
    probe: null,
  });
});

test.each([
  [template, 5432],
  ['reset.strategy = "redis.database"', 6379],
  ['reset.strategy = "restart"', null],
  [`${template}\nport = 6543`, 6543],
])('with %j the port is %s', (text, port) => {
  expect(serviceOf(text).port).toBe(port);
});

test.each(['postgres.template', 'redis.database', 'none'])('%s can be shared', (strategy) => {
  const service = serviceOf(`isolation = "shared"\nreset.strategy = "${strategy}"`);
  expect(service).toMatchObject({ isolation: 'shared', reset: { strategy } });
});

test('a fresh container may be set up as its strategy does', () => {
  expect(serviceOf(`isolation = "fresh"\n${template}`).isolation).toBe('fresh');
});

test.each([
  ['strategy = "exec", command = ["reset", "now"]', { strategy: 'exec', command: ['reset', 'now'] }],
  ['strategy = "restart"', { strategy: 'restart' }],
  ['strategy = "none"', { strategy: 'none' }],
])('reads the reset %j with its probe', (text, planned) => {
  expect(serviceOf(`reset = { ${text}, probe = ["clean"] }`).reset).toEqual({ ...planned, probe: ['clean'] });
});
