import { afterEach, expect, test } from 'vitest';
import { neverAborted } from '../supervisor/testing/supervised-stand.ts';
import type { InstanceReset, Namespace } from './instance-reset.ts';
import { postgresSetup } from './testing/postgres-canaries.ts';
import {
  openServices,
  postgres,
  redis,
  type ServiceSetting,
  type ServiceStand,
} from './testing/service-stand.ts';

const services = await openServices();
const stands: ServiceStand[] = [];

afterEach(async () => {
  for (const stand of stands.splice(0)) await stand.close();
});

const clean = { kind: 'clean' };
const strategies = ['postgres.template', 'postgres.truncate', 'postgres.schema'] as const;

test.each(strategies)('%s keeps what it prepared when the agent begins another life', async (strategy) => {
  const stand = await open(postgres(strategy, { setup: postgresSetup }));
  expect(await stand.reset.prepare(neverAborted)).toEqual(clean);
  await stand.sh(sql("insert into customers (name) values ('eve')"));
  expect(await stand.adopt().resume(neverAborted)).toEqual(clean);
  // Nobody has been in it since.
  const next = stand.adopt();
  expect(await next.resume(neverAborted)).toEqual(clean);
  expect(await stand.sh(sql('select name from customers order by id'))).toBe('alice\nbob');
  expect(await next.reset(neverAborted)).toEqual(clean);
});

test.each(strategies)('%s makes a database that the image did not', async (strategy) => {
  const env = { POSTGRES_PASSWORD: 'secret' };
  const stand = await open(postgres(strategy, { setup: postgresSetup, env }));
  expect(await stand.reset.prepare(neverAborted)).toEqual(clean);
  expect(await stand.sh(sql('select count(*) from orders'))).toBe('2');
});

test('a wrong setup file is refused with its place and what PostgreSQL says', async () => {
  const setup = { 'sql/good.sql': 'select 1;', 'sql/bad.sql': 'select 1;\n\nselect nothing;\nselect 2;' };
  const stand = await open(postgres('postgres.template', { setup }));
  const message = 'sql/bad.sql:3: ERROR: column "nothing" does not exist';
  expect(await stand.reset.prepare(neverAborted)).toEqual({
    kind: 'refused',
    verdict: { outcome: 'failed', reason: 'setup', message },
  });
});

test('a user that does not exist is refused', async () => {
  const setting = postgres('postgres.template');
  const stand = await open({
    ...setting,
    reset: { ...setting.reset, user: 'nobody' } as typeof setting.reset,
  });
  expect(await stand.reset.prepare(neverAborted)).toMatchObject({
    kind: 'refused',
    verdict: { reason: 'setup', message: expect.stringContaining('role "nobody" does not exist') },
  });
});

test('a clone has the owner, the rights and the settings of what it was cloned from', async () => {
  const setup = {
    'roles.sql': `create role app_owner; alter database app owner to app_owner; revoke connect on database app from public;
      alter database app set work_mem = '7MB';`,
  };
  const stand = await open(postgres('postgres.template', { setup }));
  expect(await stand.reset.prepare(neverAborted)).toEqual(clean);
  expect(await stand.reset.reset(neverAborted)).toEqual(clean);
  const properties = sql(
    "select datdba::regrole, has_database_privilege('public', datname, 'connect'), current_setting('work_mem') from pg_database where datname = 'app'",
  );
  expect(await stand.sh(properties)).toBe('app_owner|f|7MB');
});

test('leases that share a PostgreSQL have databases of their own, which go with them', async () => {
  const stand = await open(postgres('postgres.template', { setup: postgresSetup, isolation: 'shared' }));
  expect(await stand.reset.prepare(neverAborted)).toEqual(clean);
  const [one, two] = [await namespaceOf(stand.reset), await namespaceOf(stand.reset)];
  await stand.sh(sql("insert into customers (name) values ('eve')", one.database));
  expect(await stand.sh(sql('select count(*) from customers', two.database))).toBe('2');
  expect(await one.close(neverAborted)).toEqual(clean);
  const isThere = `select datname from pg_database where datname in ('${one.database}', '${two.database}')`;
  expect(await stand.sh(sql(isThere, 'postgres'))).toBe(two.database);
  await stand.sh(sql('create role mallory', two.database));
  expect(await two.close(neverAborted)).toEqual({ kind: 'replace', reason: 'role mallory is new' });
});

test('leases that share a Redis have a number each, which is empty when it is lent again', async () => {
  const stand = await open(redis('redis.database', { isolation: 'shared', command: ['--databases', '2'] }));
  expect(await stand.reset.prepare(neverAborted)).toEqual(clean);
  const [one, two] = [await namespaceOf(stand.reset), await namespaceOf(stand.reset)];
  expect([one.database, two.database]).toEqual(['0', '1']);
  await stand.sh('redis-cli -n 0 set planted 1; redis-cli -n 1 set kept 1');
  const third = namespaceOf(stand.reset);
  expect(await one.close(neverAborted)).toEqual(clean);
  expect((await third).database).toBe('0');
  expect(await stand.sh('redis-cli -n 0 dbsize; redis-cli -n 1 dbsize')).toBe('0\n1');
});

test('a Redis with a password is reset with the one in its environment', async () => {
  const settings = { command: ['--requirepass', 'secret'], env: { REDISCLI_AUTH: 'secret' } };
  const stand = await open(redis('redis.flush', settings));
  expect(await stand.reset.prepare(neverAborted)).toEqual(clean);
  await stand.sh('redis-cli set planted 1');
  expect(await stand.reset.reset(neverAborted)).toEqual(clean);
  expect(await stand.sh('redis-cli dbsize')).toBe('0');
});

test.each(['redis.flush', 'redis.database'] as const)(
  '%s says why it cannot ask a Redis',
  async (strategy) => {
    const stand = await open(redis(strategy, { command: ['--requirepass', 'secret'] }));
    expect(await stand.reset.prepare(neverAborted)).toMatchObject({
      kind: 'replace',
      reason: expect.stringContaining('NOAUTH'),
    });
  },
);

async function open(setting: ServiceSetting): Promise<ServiceStand> {
  const stand = await services.open(setting);
  stands.push(stand);
  return stand;
}

async function namespaceOf(reset: InstanceReset): Promise<Namespace> {
  const answer = await reset.openNamespace(neverAborted);
  if (answer.kind !== 'opened') throw new Error(JSON.stringify(answer));
  return answer.namespace;
}

function sql(query: string, database = 'app'): string {
  return `psql -U postgres -d ${database} -Atqc "${query}"`;
}
