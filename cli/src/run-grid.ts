/** What `run` needs of a grid: a complete one in this process (`compose-local-grid.ts`), or a coordinator somewhere else (`compose-remote-grid.ts`). */

import type { RunService } from '@cleangrid/core/run-service.ts';
import type { OtlpOptions } from './read-otlp.ts';

export interface LocalGridOptions {
  /** Scenarios that run at once; null: as many as this machine has CPUs. */
  slots: number | null;
  /** Clean containers that nobody uses stay so long for the next run. 0: nothing stays. */
  keepWarmMs: number;
  /** `FROM=TO`. */
  imageAliases: readonly string[];
  /** From this level the log is shown too; null: it goes to its file alone. */
  logLevel: string | null;
  /** Where spans go; null: they are only kept. */
  otlp: OtlpOptions | null;
  /** Where traces can be looked at; null: nobody said. */
  traceUrl: string | null;
}

export interface RunGrid {
  runs: RunService;
  /** What an earlier process left behind and this one removed; a grid somewhere else does that itself. */
  removedAtStart: number;
  /** Removes what was started, but for what is kept warm. Resolves when it is gone. */
  close(): Promise<void>;
  /** Removes as much as it can at once, whatever still runs. Never rejects. */
  abandon(): Promise<void>;
}
