/** `cleangrid pool`: the containers that runs of this machine keep warm. */

import { formatDuration } from '@cleangrid/core/duration.ts';
import { GridError } from '@cleangrid/core/errors.ts';
import { exitCodes } from '@cleangrid/core/verdict.ts';
import type { CommandContext } from '../command-context.ts';
import type { PoolOptions, PoolRemoveOptions } from '../handlers.ts';
import type { MachineContainer } from '../machine-pool.ts';
import { fitLine, oneLine } from '../one-line.ts';
import type { Paint } from '../paint.ts';
import { writeLines } from '../terminal.ts';
import { usePool } from '../use-pool.ts';

const digestCharacters = 12;

export async function poolCommand({ json }: PoolOptions, context: CommandContext): Promise<number> {
  const { out } = context.terminal;
  const nowMs = context.clock.nowMs();
  const containers = await usePool(context, async (pool) => pool.list());
  if (json) {
    writeLines(out, [JSON.stringify({ containers: containers.map(jsonOf) }, null, 2)]);
    return exitCodes.passed;
  }
  if (containers.length === 0) writeLines(out, ['No container is kept here.']);
  const lines = containers.flatMap((container) => containerLines(container, nowMs, out.paint));
  writeLines(out, out.isLive ? lines.map((line) => fitLine(line, out.columns())) : lines);
  return exitCodes.passed;
}

/** Ends with 2 when something stays that was to go. */
export async function poolRemoveCommand(
  names: readonly string[],
  { all }: PoolRemoveOptions,
  context: CommandContext,
): Promise<number> {
  const { out, err } = context.terminal;
  if (all === names.length > 0)
    throw new GridError('bad_usage', 'what is to be removed is not clear', {
      hint: 'Name containers or services of cleangrid pool, or give --all.',
    });
  const removals = await usePool(context, async (pool) => {
    const chosen = all ? pool.list() : chooseNamed(pool.list(), names);
    return chosen.length === 0 ? [] : pool.remove(chosen);
  });
  for (const { record, refused } of removals) {
    if (refused === null) writeLines(out, [`removed ${record.container} (${oneLine(record.label)})`]);
    else writeLines(err, [`kept ${record.container} (${oneLine(record.label)}): ${oneLine(refused)}`]);
  }
  return removals.some(({ refused }) => refused !== null) ? exitCodes.usage : exitCodes.passed;
}

/** A name is that of a container, or of a service or image and then of all its containers. */
function chooseNamed(containers: readonly MachineContainer[], names: readonly string[]): MachineContainer[] {
  const isNamed = ({ container, label }: MachineContainer, name: string): boolean =>
    container === name || label === name;
  const unknown = names.filter((name) => !containers.some((one) => isNamed(one, name)));
  if (unknown.length > 0)
    throw new GridError('bad_usage', `the pool has no ${unknown.join(', ')}`, {
      hint: 'cleangrid pool lists what it has.',
    });
  return containers.filter((one) => names.some((name) => isNamed(one, name)));
}

function containerLines(container: MachineContainer, nowMs: number, paint: Paint): string[] {
  const { label, digest, uses, createdAtMs, holder } = container;
  return [
    [
      paint.title(oneLine(label)),
      paint.faint(digest.slice(0, digestCharacters)),
      stateText(container, paint),
      `${paint.faint('uses')} ${uses}`,
      `${paint.faint('age')} ${formatDuration(Math.max(0, nowMs - createdAtMs))}`,
      ...(holder === null ? [] : [`${paint.faint('held by')} ${oneLine(holder)}`]),
      `${paint.faint('goes')} ${goesText(goesAtMs(container), nowMs)}`,
    ].join('  '),
    `  ${paint.faint(container.container)}`,
  ];
}

function isLease({ kind, state }: MachineContainer): boolean {
  return kind === 'lease' && state === 'leased';
}

function stateText(one: MachineContainer, paint: Paint): string {
  const { state, isHeld } = one;
  if (state === 'clean') return paint.passed(state);
  return paint.skipped(isHeld || isLease(one) ? state : `${state}, left behind`);
}

function goesText(goesMs: number | null, nowMs: number): string {
  if (goesMs === null) return 'when its run ends';
  return goesMs <= nowMs ? 'now' : `in ${formatDuration(goesMs - nowMs)}`;
}

/** Null: that is up to the run that has it. What a dead one left behind is due now. */
function goesAtMs(one: MachineContainer): number | null {
  const { state, isHeld, createdAtMs, deadlineMs, idleUntilMs, expiresAtMs } = one;
  if (isLease(one)) return deadlineMs;
  if (state === 'clean') return Math.min(idleUntilMs, expiresAtMs);
  return isHeld ? null : createdAtMs;
}

/** Its shape is documented in `docs/cli.md`. */
function jsonOf(record: MachineContainer): Record<string, string | number | boolean | null> {
  const { container, kind, label, digest, state, isHeld, uses, holder, createdAtMs } = record;
  const goesMs = goesAtMs(record);
  const createdAt = new Date(createdAtMs).toISOString();
  const goesAt = goesMs === null ? null : new Date(goesMs).toISOString();
  return { container, kind, label, digest, state, isHeld, uses, holder, createdAt, goesAt };
}
