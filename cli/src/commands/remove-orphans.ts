/** `cleangrid pool rm --orphans`: removes what state directories that are gone have left in Docker. */

import { GridError } from '@cleangrid/core/errors.ts';
import { exitCodes } from '@cleangrid/core/verdict.ts';
import type { CommandContext } from '../command-context.ts';
import type { ForeignState } from '../machine-pool.ts';
import { oneLine } from '../one-line.ts';
import { writeLines } from '../terminal.ts';
import { usePool } from '../use-pool.ts';

/** Says which before it does. `ledgers`: those that are gone although nobody can see that from here. Ends with 2 when one of them is there. */
export async function removeOrphansCommand(
  ledgers: readonly string[],
  context: CommandContext,
): Promise<number> {
  const { out, err } = context.terminal;
  return usePool(context, async (pool) => {
    const foreign = await pool.foreign();
    const unknown = ledgers.filter((name) => !foreign.some(({ ledger }) => ledger === name));
    if (unknown.length > 0)
      throw new GridError('bad_usage', `no other ledger here is called ${unknown.join(', ')}`, {
        hint: 'cleangrid pool rm --orphans says which there are.',
      });
    const isNamed = ({ ledger }: ForeignState): boolean => ledgers.includes(ledger);
    for (const one of foreign) {
      if (one.state === 'gone' || (one.state === 'unknown' && isNamed(one))) {
        writeLines(out, [`${titleOf(one)} is gone: removing ${contentOf(one)}`, ...namesOf(one)]);
        await pool.removeForeign(one.ledger);
      } else if (one.state === 'unknown')
        writeLines(err, [
          `${titleOf(one)} cannot be looked at from here: kept ${contentOf(one)}`,
          `  if it is gone: cleangrid pool rm --orphans ${one.ledger}`,
        ]);
      else if (isNamed(one)) writeLines(err, [`${titleOf(one)} is there: kept ${contentOf(one)}`]);
    }
    return foreign.some((one) => one.state === 'there' && isNamed(one)) ? exitCodes.usage : exitCodes.passed;
  });
}

function titleOf({ ledger, home }: ForeignState): string {
  return `ledger ${oneLine(ledger)} (${home === null ? 'of an older version' : oneLine(home)})`;
}

function contentOf({ containers, networks, volumes }: ForeignState): string {
  return `containers: ${containers.length}, networks: ${networks.length}, volumes: ${volumes.length}`;
}

function namesOf({ containers, networks, volumes }: ForeignState): string[] {
  return [...containers, ...networks, ...volumes].map((name) => `  ${oneLine(name)}`);
}
