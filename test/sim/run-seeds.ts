/** Runs histories without a test runner: `node test/sim/run-seeds.ts FROM COUNT`. Prints the first that does not hold as JSON and exits 1. */

import { runHistory } from './history.ts';

const [from = 1, count = 1000] = process.argv.slice(2).map(Number);
for (let seed = from; seed < from + count; seed++) {
  const { violations } = await runHistory(seed);
  if (violations.length === 0) continue;
  console.log(JSON.stringify({ seed, violations }));
  process.exit(1);
}
