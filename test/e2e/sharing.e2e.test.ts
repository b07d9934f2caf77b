/** Scenarios that use one container at the same time, each in a database of its own. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cleangrid, openCleangrid } from '../support/cleangrid.ts';

const services = `
[suite]
name = "sharing"

[services.db]
image = "postgres:15"
env = { POSTGRES_PASSWORD = "p@ss word" }
tmpfs = ["/var/lib/postgresql/data"]
ready = [{ port = 5432 }]
isolation = "shared"
reset = { strategy = "postgres.template", setup = ["schema.sql"] }

[services.cache]
image = "redis:7"
ready = [{ exec = ["redis-cli", "ping"] }]
isolation = "shared"
reset = { strategy = "redis.database" }
`;

/** Finds what the setup made and nothing of the others, who have the time to disturb it. */
const scenario = (name: string): string => `
[[scenario]]
name = "${name}"

  [[scenario.steps]]
  name = "database of ${name}"
  in = "db"
  run = '''
    test "$CLEANGRID_DB_URL $CLEANGRID_DB_DATABASE" = "\${services.db.url} \${services.db.database}" || exit 9
    psql "$CLEANGRID_DB_URL" -qc "insert into item values ('${name}')"
    sleep 0.5
    psql "$CLEANGRID_DB_URL" -Atc "select string_agg(name, ' ' order by name) from item" -c "select current_database()"
  '''
  expect = { stdout = { matches = '^${name} setup$' } }

  [[scenario.steps]]
  name = "keys of ${name}"
  in = "cache"
  run = '''
    redis-cli -u "\${services.cache.url}" set ${name} 1 >/dev/null
    sleep 0.5
    redis-cli -n "\${services.cache.database}" keys '*'
  '''
  expect = { stdout = { equals = "${name}" } }
`;

let cleangrid: Cleangrid;
let folder: string;

beforeAll(async () => {
  cleangrid = openCleangrid();
  folder = await mkdtemp(join(tmpdir(), 'cleangrid-sharing-'));
  const scenarios = ['alice', 'bob', 'carol'].map(scenario);
  await writeFile(join(folder, 'sharing.cleangrid.toml'), services + scenarios.join(''));
  await writeFile(
    join(folder, 'schema.sql'),
    "create table item (name text); insert into item values ('setup');",
  );
});

afterAll(async () => {
  cleangrid.remove();
  await rm(folder, { recursive: true });
});

test('scenarios that share a container have a database each, and are told which', async () => {
  const { finished, report } = await cleangrid.report(folder, '--slots', '3', '--no-keep-warm');
  expect(finished, finished.stdout).toMatchObject({ exitCode: 0, stderr: '' });
  const steps = report.scenarios.flatMap((one) => one.steps).filter(({ name }) => name.includes('database'));
  expect(new Set(steps.map(({ where }) => where?.container)).size).toBe(1);
  expect(new Set(steps.map(({ stdout }) => stdout?.head.trim().split('\n').at(-1))).size).toBe(3);
});
