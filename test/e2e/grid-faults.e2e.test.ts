import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonReport } from '@cleangrid/core/report/json.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Random } from '../sim/random.ts';
import { openTestGrid, type TestGrid } from '../support/grid.ts';
import { expectWhole, stepsEach, writeNumberedSuite } from '../support/numbered-suite.ts';

/** CLEANGRID_SEED repeats the moments of a failed run. */
const seed = Number(process.env['CLEANGRID_SEED'] ?? Date.now() % 100_000);
const count = 10;
const names = ['one', 'two'];

let grid: TestGrid;
let suite: string;

beforeAll(async () => {
  process.stderr.write(`grid faults: CLEANGRID_SEED=${seed}\n`);
  suite = writeNumberedSuite(count, 0.2);
  grid = await openTestGrid();
});
afterAll(async () => {
  await grid.close();
  rmSync(suite, { recursive: true });
});
beforeEach(async () => {
  for (const name of names) await grid.startAgent(name);
});
/** Runs the suite; `fault` happens when a random number of its steps was told of, and gives the name of an agent that stays away. */
async function expectWholeDespite(
  salt: number,
  fault: (random: Random) => Promise<string | null>,
): Promise<void> {
  const random = new Random(seed + salt);
  const stepsBefore = random.integer(1, (count - 4) * stepsEach);
  const file = join(suite, `report-${salt}.json`);
  const running = grid.cli.start('run', suite, '--verbose', '--json', file);
  await running.said('› sleep', stepsBefore);
  const away = await fault(random);
  const finished = await running.finished;
  expectWhole(finished, JSON.parse(readFileSync(file, 'utf8')) as JsonReport, count);
  // What it left behind it removes when it is back.
  if (away !== null) await grid.startAgent(away);
  for (const name of names) await grid.stopAgent(name);
  expect(names.flatMap((name) => grid.left(name))).toEqual([]);
}

test('runs everything elsewhere when an agent is killed, and that fails nothing', async () => {
  await expectWholeDespite(1, async (random) => {
    const name = random.pick(names) ?? '';
    await grid.killAgent(name);
    await grid.startAgent(name);
    return null;
  });
});

test('finishes on the other agent when one is killed and stays away', async () => {
  await expectWholeDespite(2, async (random) => {
    const name = random.pick(names) ?? '';
    await grid.killAgent(name);
    return name;
  });
});

test('goes on when the coordinator is killed and started again, and nothing that ended runs again', async () => {
  await expectWholeDespite(3, async () => {
    await grid.killCoordinator();
    await grid.startCoordinator();
    return null;
  });
});

test('goes on when nats-server is killed and started again', async () => {
  await expectWholeDespite(4, async () => {
    await grid.nats.kill();
    await grid.nats.restart();
    return null;
  });
});

test('goes on when nats-server is killed and has lost its data', async () => {
  await expectWholeDespite(5, async () => {
    await grid.nats.kill();
    await grid.nats.restart({ wiped: true });
    return null;
  });
});
