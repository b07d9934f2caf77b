/** `cleangrid lease`: containers that a person wants for a while. */

import type { PoolRecord } from '@cleangrid/agent/pool/pool-ledger.ts';
import { sleep } from '@cleangrid/core/clock.ts';
import { formatDuration } from '@cleangrid/core/duration.ts';
import { heldLeaseLookMs } from '@cleangrid/core/limits.ts';
import { exitCodes } from '@cleangrid/core/verdict.ts';
import type { CommandContext } from '../command-context.ts';
import type { LeaseOptions, PageOptions } from '../handlers.ts';
import { howLeaseEnded } from '../how-lease-ended.ts';
import type { MachinePool } from '../machine-pool.ts';
import { fitLine, oneLine } from '../one-line.ts';
import { pageOf } from '../page.ts';
import { writeLines } from '../terminal.ts';
import { usePool } from '../use-pool.ts';

/** The name alone goes to stdout, for scripts. */
export async function leaseCommand(
  { image, command }: { image: string; command: readonly string[] },
  { ttl, env }: LeaseOptions,
  context: CommandContext,
): Promise<number> {
  const { out, err } = context.terminal;
  return usePool(context, async (pool) => {
    const wanted = { image, command, env, ttlMs: ttl };
    const { container } = await pool.lease(wanted, (message) => writeLines(err, [oneLine(message)]));
    writeLines(out, [container]);
    await sleep(context.clock, heldLeaseLookMs);
    const ended = await howLeaseEnded(await pool.containers(), container);
    writeLines(
      err,
      ended === null
        ? [`${oneLine(image)} is yours for ${formatDuration(ttl)}`]
        : [`${oneLine(image)} ${ended}`, `Next: cleangrid logs ${container} shows what it said.`],
    );
    return exitCodes.passed;
  });
}

export async function leaseListCommand(page: PageOptions, context: CommandContext): Promise<number> {
  const { out, err } = context.terminal;
  const { leases, lines, note } = await usePool(context, async (pool) => {
    const held = pool.leases();
    const shown = pageOf(held, page, 'leases');
    return { leases: held, lines: await describe(shown.items, pool, context), note: shown.note };
  });
  writeLines(out, out.isLive ? lines.map((line) => fitLine(line, out.columns())) : lines);
  if (leases.length === 0) writeLines(err, ['Nothing is leased. Begin with cleangrid lease IMAGE.']);
  if (note !== null) writeLines(err, [note]);
  return exitCodes.passed;
}

async function describe(
  leases: readonly PoolRecord[],
  pool: MachinePool,
  { clock, terminal }: CommandContext,
): Promise<string[]> {
  if (leases.length === 0) return [];
  const containers = await pool.containers();
  const nowMs = clock.nowMs();
  const line = async ({ container, label, deadlineMs }: PoolRecord): Promise<string> => {
    const left = formatDuration(Math.max(0, (deadlineMs ?? 0) - nowMs));
    const ended = await howLeaseEnded(containers, container);
    const columns = [container, oneLine(label), `${terminal.out.paint.faint('goes in')} ${left}`];
    return [...columns, ...(ended === null ? [] : [ended])].join('  ');
  };
  return Promise.all(leases.map(line));
}

export async function leaseRenewCommand(name: string, ttl: number, context: CommandContext): Promise<number> {
  await usePool(context, async (pool) => pool.renew(name, ttl));
  writeLines(context.terminal.out, [`${name} goes in ${formatDuration(ttl)}`]);
  return exitCodes.passed;
}

export async function leaseRemoveCommand(name: string, context: CommandContext): Promise<number> {
  await usePool(context, (pool) => pool.endLease(name));
  writeLines(context.terminal.out, [`removed ${name}`]);
  return exitCodes.passed;
}
