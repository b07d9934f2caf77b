/** `cleangrid record`: runs suites as `run` does, and keeps what they were and what came of it in a file. */

import { resolve } from 'node:path';
import { exitCodes } from '@cleangrid/core/verdict.ts';
import type { CommandContext } from '../command-context.ts';
import { digestOf } from '../digest.ts';
import type { RecordOptions } from '../handlers.ts';
import { makeRecording } from '../recording.ts';
import { readOutcome } from '../run-outcome.ts';
import { prepareReport, writeReport } from '../write-report.ts';
import { sayError } from '../write-reports.ts';
import { type EndedRun, readSelected, runSelected } from './run.ts';

export async function recordCommand(
  paths: string[],
  options: RecordOptions,
  context: CommandContext,
): Promise<number> {
  const file = resolve(context.cwd, options.output);
  await prepareReport(file);
  const select = (): ReturnType<typeof readSelected> => readSelected(paths, options, context);
  return runSelected({ select, after: (ended) => keep(ended, file) }, options, context);
}

/** The exit code. What the grid is to blame for would not be the same again, and is not kept. */
async function keep({ runs, record, selected, view, exitCode }: EndedRun, file: string): Promise<number> {
  if (exitCode === exitCodes.grid || exitCode === exitCodes.cancelled) {
    view.note(['Not recorded: only a run that the grid did its part of can be repeated.']);
    return exitCode;
  }
  try {
    const digest = digestOf(await readOutcome(runs, record));
    const recording = await makeRecording({ ...selected, traceMode: record.traceMode, digest });
    await writeReport(file, textOf(recording));
    view.note([`Recorded in ${file}. Run it again with cleangrid repro. Digest ${digest.sha256}`]);
    return exitCode;
  } catch (error) {
    return exitCode || sayError(error, view);
  }
}

async function* textOf(recording: object): AsyncGenerator<string> {
  yield `${JSON.stringify(recording)}\n`;
}
