/** `cleangrid lease`: containers that a person wants for a while. */

import { formatDuration } from '@cleangrid/core/duration.ts';
import { exitCodes } from '@cleangrid/core/verdict.ts';
import type { CommandContext } from '../command-context.ts';
import type { LeaseOptions, PageOptions } from '../handlers.ts';
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
  const { container } = await usePool(context, (pool) =>
    pool.lease({ image, command, env, ttlMs: ttl }, (message) => writeLines(err, [oneLine(message)])),
  );
  writeLines(out, [container]);
  writeLines(err, [`${oneLine(image)} is yours for ${formatDuration(ttl)}`]);
  return exitCodes.passed;
}

export async function leaseListCommand(page: PageOptions, context: CommandContext): Promise<number> {
  const { out, err } = context.terminal;
  const nowMs = context.clock.nowMs();
  const leases = await usePool(context, async (pool) => pool.leases());
  const { items, note } = pageOf(leases, page, 'leases');
  const lines = items.map(({ container, label, deadlineMs }) =>
    [
      container,
      oneLine(label),
      `${out.paint.faint('goes in')} ${formatDuration(Math.max(0, (deadlineMs ?? 0) - nowMs))}`,
    ].join('  '),
  );
  writeLines(out, out.isLive ? lines.map((line) => fitLine(line, out.columns())) : lines);
  if (leases.length === 0) writeLines(err, ['Nothing is leased. Begin with cleangrid lease IMAGE.']);
  if (note !== null) writeLines(err, [note]);
  return exitCodes.passed;
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
