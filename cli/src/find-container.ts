/** What a person writes for a container of this machine → the container. */

import { GridError } from '@cleangrid/core/errors.ts';
import { containersToldMax } from '@cleangrid/core/limits.ts';
import type { MachineContainer } from './machine-pool.ts';
import { oneLine } from './one-line.ts';

/** The only one of that name, else of that service or image, else whose name begins so; null: none. Throws `bad_usage` for several. */
export function findContainer(
  containers: readonly MachineContainer[],
  wanted: string,
): MachineContainer | null {
  return findNamed(containers, wanted) ?? only(containers.filter(begins(wanted)), wanted);
}

/** The same for whole names only. */
export function findNamed(containers: readonly MachineContainer[], wanted: string): MachineContainer | null {
  const exact = containers.find(({ container }) => container === wanted);
  return (
    exact ??
    only(
      containers.filter(({ label }) => label === wanted),
      wanted,
    )
  );
}

function begins(wanted: string): (container: MachineContainer) => boolean {
  return ({ container }) => container.startsWith(wanted);
}

function only(found: readonly MachineContainer[], wanted: string): MachineContainer | null {
  // What is being made or removed gives way to what is there.
  const there = found.filter(({ state }) => state === 'clean' || state === 'leased');
  const [first, ...others] = there.length > 0 ? there : found;
  if (others.length === 0) return first ?? null;
  const told = [first, ...others].slice(0, containersToldMax).map((one) => one && describe(one));
  throw new GridError('bad_usage', `${others.length + 1} containers fit ${wanted}`, {
    hint: `Write the name of one: ${told.join(', ')}${others.length >= containersToldMax ? ' …' : ''}`,
  });
}

function describe({ container, state, holder }: MachineContainer): string {
  return `${container} (${holder === null ? state : `${state}, ${oneLine(holder)}`})`;
}
