/** `cleangrid repro`: runs what was recorded again, and says whether the same came of it. */

import { resolve } from 'node:path';
import { exitCodes } from '@cleangrid/core/verdict.ts';
import type { CommandContext } from '../command-context.ts';
import { digestOf, type RunDigest } from '../digest.ts';
import type { ReproOptions } from '../handlers.ts';
import { readRecording } from '../recording.ts';
import { renderDiff } from '../render-diff.ts';
import { readOutcome } from '../run-outcome.ts';
import { type EndedRun, runSelected } from './run.ts';

export async function reproCommand(
  file: string,
  options: ReproOptions,
  context: CommandContext,
): Promise<number> {
  const { plan, read, traceMode, digest } = await readRecording(resolve(context.cwd, file));
  const select = async (): Promise<{ plan: typeof plan; read: typeof read }> => ({ plan, read });
  const after = async (ended: EndedRun): Promise<number> => {
    if (ended.exitCode !== exitCodes.passed && ended.exitCode !== exitCodes.failed) return ended.exitCode;
    const isSame = await compare(ended, digest);
    if (!options.verifyDigest) return ended.exitCode;
    return isSame ? exitCodes.passed : exitCodes.failed;
  };
  return runSelected({ select, after }, { ...options, traceMode }, context);
}

async function compare({ runs, record, view }: EndedRun, recorded: RunDigest): Promise<boolean> {
  const digest = digestOf(await readOutcome(runs, record));
  const { paint } = view;
  if (digest.sha256 === recorded.sha256) {
    view.note([paint.passed(`Reproduced: the digest is ${digest.sha256} again.`)]);
    return true;
  }
  view.note([
    paint.failed(`Not reproduced: the digest is ${digest.sha256}, and was ${recorded.sha256}.`),
    ...renderDiff(recorded.text, digest.text, paint).map((line) => `  ${line}`),
  ]);
  return false;
}
