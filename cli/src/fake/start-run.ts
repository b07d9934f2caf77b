/** A suite of two scenarios in a folder of its own, and `cleangrid run` on it with everything else in memory. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunRecord, ScenarioRecord } from '@cleangrid/core/run-service.ts';
import { runCommand } from '../commands/run.ts';
import type { RunOptions } from '../handlers.ts';
import { type FakeContext, type FakeContextOptions, fakeContext } from './fake-context.ts';

const suite = `
[suite]
name = "orders"
[vars]
user = "alice"
[[scenario]]
name = "checkout"
tags = ["smoke"]
image = "debian:12-slim"
[[scenario.steps]]
name = "pay"
run = "echo \${vars.user}"
[[scenario]]
name = "refund"
image = "debian:12-slim"
[[scenario.steps]]
run = "true"
`;

export interface RunningCommand {
  context: FakeContext;
  /** The exit code. */
  code: Promise<number>;
  /** Lets the run end like this; the exit code. */
  end(record: RunRecord, ...scenarios: ScenarioRecord[]): Promise<number>;
}

export interface RunFolder {
  readonly cwd: string;
  start(options?: Partial<RunOptions>, more?: FakeContextOptions): RunningCommand;
  remove(): void;
}

export function openRunFolder(): RunFolder {
  const cwd = mkdtempSync(join(tmpdir(), 'cleangrid-run-'));
  writeFileSync(join(cwd, 'orders.cleangrid.toml'), suite);
  return {
    cwd,
    start(options = {}, more = {}) {
      const context = fakeContext({ cwd, ...more });
      const code = runCommand(
        [],
        { select: [], tag: [], var: {}, imageAlias: [], keepWarm: true, traceMode: 'auto', ...options },
        context,
      );
      return {
        context,
        code,
        async end(record, ...scenarios) {
          const { runs } = context;
          await runs.started;
          runs.tell({ kind: 'run_started', record });
          for (const scenario of scenarios)
            runs.tell({ kind: 'scenario_finished', scenario: scenario.id, record: scenario });
          runs.tell({ kind: 'run_finished', record });
          return await code;
        },
      };
    },
    remove: () => rmSync(cwd, { recursive: true }),
  };
}
