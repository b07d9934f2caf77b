/**
 * What Ctrl-C means at each moment of a run. Once: the run is cancelled and everything that was started is removed. Twice: it is removed as
 * far as that goes at once, and the process ends.
 */

import { sleep } from '@cleangrid/core/clock.ts';
import { GridError, messageOf } from '@cleangrid/core/errors.ts';
import type { RunId } from '@cleangrid/core/ids.ts';
import { abandonMsMax } from '@cleangrid/core/limits.ts';
import { exitCodes } from '@cleangrid/core/verdict.ts';
import type { CommandContext } from './command-context.ts';
import { type InterruptingSignal, listenForInterrupts } from './interrupts.ts';
import type { RunGrid } from './run-grid.ts';
import type { RunView } from './run-view.ts';

export interface RunGuard {
  /** From now on a closed terminal only ends this process: the run is a grid's elsewhere. */
  leaveOnHangup(): void;
  /** While the grid opens there is no run to cancel: throws `cancelled` once it is open. */
  opening(view: RunView, open: () => Promise<RunGrid>): Promise<RunGrid>;
  running(run: RunId): void;
  /** The run has ended; everything that was started is being removed. */
  closing(): void;
  /** Signals mean what they mean without us again. */
  release(): void;
}

type Moment =
  /** Nothing was started yet. */
  | { kind: 'reading' }
  | { kind: 'opening'; view: RunView }
  | { kind: 'submitting'; view: RunView; grid: RunGrid }
  | { kind: 'running'; view: RunView; grid: RunGrid; run: RunId }
  | { kind: 'closing'; view: RunView; grid: RunGrid };

export function guardRun(context: CommandContext): RunGuard {
  let moment: Moment = { kind: 'reading' };
  let interruptedBy: InterruptingSignal | null = null;
  let leavesOnHangup = false;
  const setOpen = (next: (open: { view: RunView; grid: RunGrid }) => Moment): void => {
    if ('grid' in moment) moment = next(moment);
  };
  const release = listenForInterrupts(context.signals, {
    first(signal) {
      if (signal === 'SIGHUP' && leavesOnHangup) return context.exit(exitCodes.grid);
      interruptedBy = signal;
      if (moment.kind === 'reading') return context.exit(exitCodes.cancelled);
      const name = signal === 'SIGINT' ? 'Ctrl-C' : signal;
      moment.view.note([`${name}: ${endings[moment.kind]}. Press Ctrl-C again to stop at once.`]);
      if (moment.kind === 'running') cancelRun(moment, signal);
    },
    again() {
      if (moment.kind === 'reading') return;
      moment.view.note(['Stopping at once.']);
      moment.view.mute();
      release();
      void abandon('grid' in moment ? moment.grid : null, context);
    },
  });
  return {
    leaveOnHangup() {
      leavesOnHangup = true;
    },
    async opening(view, open) {
      moment = { kind: 'opening', view };
      const grid = await open();
      moment = { kind: 'submitting', view, grid };
      if (interruptedBy === null) return grid;
      await grid.close();
      throw new GridError('cancelled', 'cancelled before anything ran');
    },
    running(run) {
      setOpen((open) => ({ ...open, kind: 'running', run }));
      if (interruptedBy !== null && moment.kind === 'running') cancelRun(moment, interruptedBy);
    },
    closing() {
      setOpen((open) => ({ ...open, kind: 'closing' }));
    },
    release,
  };
}

const endings: Record<Exclude<Moment['kind'], 'reading'>, string> = {
  opening: 'stopping before anything runs',
  submitting: 'cancelling the run and removing its containers',
  running: 'cancelling the run and removing its containers',
  closing: 'the run has ended; its containers are being removed',
};

function cancelRun({ view, grid, run }: Moment & { kind: 'running' }, signal: InterruptingSignal): void {
  view.setState('cancelling');
  grid.runs.cancel(run, `stopped by ${signal}`).catch((error: unknown) => {
    view.note([`The run could not be cancelled: ${messageOf(error)}`]);
  });
}

/** Ends the process, whatever Docker does. */
async function abandon(grid: RunGrid | null, context: CommandContext): Promise<void> {
  await Promise.race([grid?.abandon(), sleep(context.clock, abandonMsMax)]);
  context.exit(exitCodes.cancelled);
}
