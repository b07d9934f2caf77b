/** The reports that a command was asked for, from the records of a run that has ended. */

import { resolve } from 'node:path';
import { jsonReport } from '@cleangrid/core/report/json.ts';
import { junitReport } from '@cleangrid/core/report/junit.ts';
import type { TraceLinks } from '@cleangrid/core/report/trace-links.ts';
import type { RunRecord, RunService } from '@cleangrid/core/run-service.ts';
import { exitCodes } from '@cleangrid/core/verdict.ts';
import { describeError } from './describe-error.ts';
import { digestOf, digestReport } from './digest.ts';
import { readOutcome } from './run-outcome.ts';
import type { RunView } from './run-view.ts';
import { prepareReport, writeReport } from './write-report.ts';

export interface ReportFiles {
  junit?: string;
  json?: string;
  digest?: string;
}

/** Before the run: throws `bad_usage` where a report could not be written. */
export async function prepareReports({ junit, json, digest }: ReportFiles, cwd: string): Promise<void> {
  for (const file of [junit, json, digest]) if (file !== undefined) await prepareReport(resolve(cwd, file));
}

/** The exit code: a report that cannot be written does not take the verdict away; it is said, and it is no success. */
export async function writeReports(
  runs: RunService,
  record: RunRecord,
  { files, links, view, cwd }: { files: ReportFiles; links: TraceLinks; view: RunView; cwd: string },
): Promise<number> {
  let code: number = exitCodes.passed;
  for (const [file, report] of [
    [files.junit, junitReport],
    [files.json, jsonReport],
    [files.digest, () => digestOfRun(runs, record)],
  ] as const) {
    if (file === undefined) continue;
    try {
      await writeReport(resolve(cwd, file), report(record, runs.scenarios(record.run), links));
    } catch (error) {
      code = sayError(error, view);
    }
  }
  return code;
}

async function* digestOfRun(runs: RunService, record: RunRecord): AsyncGenerator<string> {
  yield* digestReport(digestOf(await readOutcome(runs, record)));
}

/** The exit code that the error stands for. */
export function sayError(error: unknown, view: RunView): number {
  const { lines, exitCode } = describeError(error, view.paint);
  view.note(lines);
  return exitCode;
}
