import { expect, test } from 'vitest';
import { id, type ServiceName } from './ids.ts';
import type { ServiceReset } from './plan.ts';
import { serviceEnvironment, serviceFacts } from './service-facts.ts';

const postgres: ServiceReset = {
  strategy: 'postgres.template',
  database: 'my shop',
  user: 'alice',
  setup: [],
  probe: null,
};
const redis: ServiceReset = { strategy: 'redis.database', probe: null };
const none: ServiceReset = { strategy: 'none', probe: null };

test('PostgreSQL is reached by a URL with its user, its password and its database', () => {
  const env = { POSTGRES_PASSWORD: 'p@ss/word' };
  expect(serviceFacts({ port: 5432, reset: postgres, env }, { host: 'db' })).toEqual({
    host: 'db',
    port: '5432',
    database: 'my shop',
    url: 'postgres://alice:p%40ss%2Fword@db:5432/my%20shop',
  });
  const open = { port: 6543, reset: postgres, env: {} };
  expect(serviceFacts(open, { host: 'db', database: 'lease_7' })).toEqual({
    host: 'db',
    port: '6543',
    database: 'lease_7',
    url: 'postgres://alice@db:6543/lease_7',
  });
});

test('Redis is reached by a URL with the number of a database', () => {
  const cache = { port: 6379, reset: redis, env: {} };
  expect(serviceFacts(cache, { host: 'cache' })).toMatchObject({
    database: '0',
    url: 'redis://cache:6379/0',
  });
  expect(serviceFacts(cache, { host: 'cache', database: '7' }).url).toBe('redis://cache:6379/7');
});

test('of another service only its host is known, and its port if the suite says it', () => {
  expect(serviceFacts({ port: null, reset: none, env: {} }, { host: 'web' })).toEqual({ host: 'web' });
  expect(serviceFacts({ port: 80, reset: none, env: {} }, { host: 'web' })).toEqual({
    host: 'web',
    port: '80',
  });
});

test('steps find what is known in their environment', () => {
  const services = new Map([
    [id<ServiceName>('my-db_1'), { host: 'my-db_1', database: 'a' }],
    [id<ServiceName>('web'), { host: 'web', port: '80', url: 'x' }],
  ]);
  expect(serviceEnvironment(services)).toEqual({
    CLEANGRID_MY_DB_1_HOST: 'my-db_1',
    CLEANGRID_MY_DB_1_DATABASE: 'a',
    CLEANGRID_WEB_HOST: 'web',
    CLEANGRID_WEB_PORT: '80',
    CLEANGRID_WEB_URL: 'x',
  });
});
