/** The canaries as the tables of `docs/pool.md`. */

import type { Canary } from './canary.ts';

export function promiseTable<Strategy extends string>(
  strategies: readonly Strategy[],
  canaries: readonly Canary<Strategy>[],
): string {
  const head = ['what a scenario leaves', ...strategies.map((strategy) => `\`${strategy}\``)];
  const rows = canaries.map(({ what, outcome }) => [
    what,
    ...strategies.map((strategy) => outcome[strategy]),
  ]);
  const lines = [head, ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return [lines[0], `|${'---|'.repeat(head.length)}`, ...lines.slice(1)].join('\n');
}
