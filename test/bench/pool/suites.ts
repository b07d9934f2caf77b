/** Suites of scenarios that use a database, and what a run of them took. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonReport } from '@cleangrid/core/report/json.ts';
import { keepWarm, openCleangrid } from '../../support/cleangrid.ts';
import { installPackage } from '../../support/install-package.ts';

export const schema: string = Array.from(
  { length: 30 },
  (_, index) => `create table t${index} (id serial primary key, name text not null, number int);`,
).join('\n');

/** Each writes and reads, and takes 20 ms beside. */
export const postgresScript =
  'sleep 0.02; psql -U postgres -d app -Atqc "insert into t1 (name) values (\'a\'); select count(*) from t1"';
export const redisScript = 'sleep 0.02; redis-cli incr counter';

/** That a scenario finds what another one left would show: each expects its own row to be the first. */
function scenarios(count: number, script: string): string {
  return Array.from(
    { length: count },
    (_, index) =>
      `[[scenario]]\nname = "number ${index}"\n[[scenario.steps]]\nin = "db"\nrun = '''${script}'''\nexpect = { stdout = { equals = "1" } }\n`,
  ).join('\n');
}

export const postgresImage = 'cleangrid-test/postgres:latest';
export const redisImage = 'cleangrid-test/redis:latest';

export function postgresSuite(strategy: string, { count, spare }: { count: number; spare: number }): string {
  return `[suite]
name = "scenarios"
[services.db]
image = "${postgresImage}"
env = { POSTGRES_PASSWORD = "secret", POSTGRES_DB = "app" }
command = ["postgres", "-c", "fsync=off"]
tmpfs = ["/var/lib/postgresql/data"]
ready = [{ port = 5432 }, { exec = ["pg_isready", "--quiet"] }]
reset = { strategy = "${strategy}", setup = ["schema.sql"] }
prewarm = ${spare}
max_containers = ${spare}

${scenarios(count, postgresScript)}`;
}

export function redisSuite({ count, spare }: { count: number; spare: number }): string {
  return `[suite]
name = "scenarios"
[services.db]
image = "${redisImage}"
ready = [{ exec = ["redis-cli", "ping"] }]
reset = { strategy = "redis.flush" }
prewarm = ${spare}
max_containers = ${spare}

${scenarios(count, redisScript)}`;
}

export function echoSuite(steps: number): string {
  const step =
    '[[scenario.steps]]\ncommand = ["echo", "hello"]\nexpect = { stdout = { equals = "hello" } }\n';
  return `[suite]\nname = "echo"\n[[scenario]]\nname = "all"\nimage = "cleangrid-test/base:latest"\n${step.repeat(steps)}`;
}

export interface SuiteFolder {
  /** Rejects when it does not pass. `wallMs`: of the whole command. */
  run(suite: string, ...options: string[]): Promise<{ report: JsonReport; wallMs: number }>;
  /** Runs it and leaves the containers to the next run. */
  runWarm(suite: string, ...options: string[]): Promise<{ report: JsonReport; wallMs: number }>;
  remove(): Promise<void>;
}

/** With a state directory of its own, so that its containers are nobody else's. `installed`: by the command as users install it. */
export async function openSuiteFolder({
  installed = false,
}: {
  installed?: boolean;
} = {}): Promise<SuiteFolder> {
  const directory = await mkdtemp(join(tmpdir(), 'cleangrid-bench-'));
  const program = installed ? { program: await installPackage(directory) } : {};
  const cleangrid = openCleangrid({}, undefined, program);
  await writeFile(join(directory, 'schema.sql'), schema);
  const run: SuiteFolder['run'] = async (suite, ...options) => {
    await writeFile(join(directory, 'bench.cleangrid.toml'), suite);
    const started = performance.now();
    const { finished, report } = await cleangrid.report(directory, ...options);
    const wallMs = performance.now() - started;
    if (finished.exitCode !== 0)
      throw new Error(`cleangrid run failed:\n${finished.stdout}${finished.stderr}`);
    return { report, wallMs };
  };
  return {
    run,
    runWarm: (suite, ...options) => run(suite, ...options, keepWarm),
    async remove() {
      cleangrid.remove();
      await rm(directory, { recursive: true });
    },
  };
}

/** From the first step's start to the last one's end. */
export function stepsMs({ scenarios: ran }: JsonReport): number {
  const steps = ran.flatMap((scenario) => scenario.steps);
  const starts = steps.map((step) => Date.parse(step.startedAt ?? ''));
  const ends = steps.map((step, index) => (starts[index] ?? 0) + step.durationMs);
  return ends.reduce((a, b) => Math.max(a, b)) - starts.reduce((a, b) => Math.min(a, b));
}
