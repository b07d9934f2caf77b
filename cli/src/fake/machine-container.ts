/** A container of the pool as a test wants it: clean, two minutes from being idle too long. */

import type { MachineContainer } from '../machine-pool.ts';
import { manualClock } from './manual-clock.ts';

const nowMs = manualClock().nowMs();

export function machineContainer(
  change: Partial<MachineContainer> & { container: string },
): MachineContainer {
  return {
    kind: 'service',
    label: 'db',
    digest: '0123456789abcdef',
    boot: 1,
    state: 'clean',
    holder: null,
    deadlineMs: null,
    createdAtMs: nowMs - 65_000,
    usedAtMs: nowMs,
    idleUntilMs: nowMs + 120_000,
    expiresAtMs: nowMs + 3_600_000,
    uses: 3,
    networks: [],
    detail: '{}',
    visitors: [],
    agent: null,
    isHeld: false,
    isVisited: false,
    ...change,
  };
}
