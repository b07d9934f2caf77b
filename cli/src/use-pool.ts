/** Opens the pool of this machine for a command, and closes it when the command is done. */

import type { CommandContext } from './command-context.ts';
import type { MachinePool } from './machine-pool.ts';

export async function usePool<T>(
  context: CommandContext,
  use: (pool: MachinePool) => Promise<T>,
): Promise<T> {
  const pool = await context.openPool();
  try {
    return await use(pool);
  } finally {
    pool.close();
  }
}
