/** `cleangrid pool`: the containers that runs of this machine keep warm. */

import { formatDuration } from '@cleangrid/core/duration.ts';
import { GridError } from '@cleangrid/core/errors.ts';
import { exitCodes } from '@cleangrid/core/verdict.ts';
import type { CommandContext } from '../command-context.ts';
import type { PoolOptions, PoolRemoveOptions } from '../handlers.ts';
import type { MachineContainer } from '../machine-pool.ts';
import { fitLine, oneLine } from '../one-line.ts';
import { pageOf } from '../page.ts';
import type { Paint } from '../paint.ts';
import { writeLines } from '../terminal.ts';
import { usePool } from '../use-pool.ts';
import { removeOrphansCommand } from './remove-orphans.ts';

const digestCharacters = 12;

export async function poolCommand({ json, ...page }: PoolOptions, context: CommandContext): Promise<number> {
  const { out, err } = context.terminal;
  const nowMs = context.clock.nowMs();
  const containers = await usePool(context, async (pool) => pool.list());
  if (json) {
    writeLines(out, [JSON.stringify({ containers: containers.map(jsonOf) }, null, 2)]);
    return exitCodes.passed;
  }
  if (containers.length === 0) writeLines(out, ['No container is kept here.']);
  const { items, note } = pageOf(containers, page, 'containers');
  const lines = items.flatMap((container) => containerLines(container, nowMs, out.paint));
  writeLines(out, out.isLive ? lines.map((line) => fitLine(line, out.columns())) : lines);
  if (note !== null) writeLines(err, [note]);
  return exitCodes.passed;
}

/** Ends with 2 when something stays that was to go. */
export async function poolRemoveCommand(
  names: readonly string[],
  { all, orphans }: PoolRemoveOptions,
  context: CommandContext,
): Promise<number> {
  if (orphans && !all) return removeOrphansCommand(names, context);
  const { out, err } = context.terminal;
  if (orphans || all === names.length > 0)
    throw new GridError('bad_usage', 'what is to be removed is not clear', {
      hint: 'Name containers or services of cleangrid pool, or give --all, or --orphans.',
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
  const { agent, label, digest, uses, createdAtMs } = container;
  const holder = holderOf(container);
  return [
    [
      paint.title(oneLine(label)),
      paint.faint(digest.slice(0, digestCharacters)),
      stateText(container, paint),
      `${paint.faint('uses')} ${uses}`,
      `${paint.faint('age')} ${formatDuration(Math.max(0, nowMs - createdAtMs))}`,
      ...(agent === null ? [] : [`${paint.faint('agent')} ${oneLine(agent)}`]),
      ...(holder === null ? [] : [`${paint.faint('held by')} ${oneLine(holder)}`]),
      `${paint.faint('goes')} ${container.isVisited ? 'when the shell ends' : goesText(goesAtMs(container), nowMs)}`,
    ].join('  '),
    `  ${paint.faint(container.container)}`,
  ];
}

/** Who has it, for people. */
function holderOf({ holder, isVisited }: MachineContainer): string | null {
  if (!isVisited) return holder;
  return holder === null ? 'cleangrid shell' : `${holder}, cleangrid shell`;
}

function isLease({ kind, state }: MachineContainer): boolean {
  return kind === 'lease' && state === 'leased';
}

function stateText(one: MachineContainer, paint: Paint): string {
  const { state, isHeld, isVisited } = one;
  if (state === 'clean' && !isVisited) return paint.passed(state);
  return paint.skipped(isHeld || isVisited || isLease(one) ? state : `${state}, left behind`);
}

function goesText(goesMs: number | null, nowMs: number): string {
  if (goesMs === null) return 'when its run ends';
  return goesMs <= nowMs ? 'now' : `in ${formatDuration(goesMs - nowMs)}`;
}

/** Null: that is up to the run that has it. What a dead one left behind is due now. */
function goesAtMs(one: MachineContainer): number | null {
  const { state, isHeld, isVisited, createdAtMs, deadlineMs, idleUntilMs, expiresAtMs } = one;
  if (isVisited) return null;
  if (isLease(one)) return deadlineMs;
  if (state === 'clean') return Math.min(idleUntilMs, expiresAtMs);
  return isHeld ? null : createdAtMs;
}

/** Its shape is documented in `docs/cli.md`. */
function jsonOf(record: MachineContainer): Record<string, string | number | boolean | null> {
  const { container, kind, label, digest, agent, state, isHeld, uses, createdAtMs } = record;
  const holder = holderOf(record);
  const goesMs = goesAtMs(record);
  const createdAt = new Date(createdAtMs).toISOString();
  const goesAt = goesMs === null ? null : new Date(goesMs).toISOString();
  return { container, kind, label, digest, agent, state, isHeld, uses, holder, createdAt, goesAt };
}
