/** Suite files on disk → everything a submission needs: the plan, the bytes of its workspaces, and every problem on the way. */

import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { GridError, messageOf } from '@cleangrid/core/errors.ts';
import type { Sha256 } from '@cleangrid/core/ids.ts';
import { suiteFileBytesMax } from '@cleangrid/core/limits.ts';
import type { Plan } from '@cleangrid/core/plan.ts';
import { planSuites } from '@cleangrid/core/suite/plan-suites.ts';
import type { Problem } from '@cleangrid/core/suite/problem.ts';
import { readSuites, type SuiteFile } from '@cleangrid/core/suite/read-suites.ts';
import { type CollectedWorkspace, collectWorkspace } from './collect-workspace.ts';
import { findSuiteFiles } from './find-suite-files.ts';

export interface SubmissionRead {
  files: SuiteFile[];
  /** Null when a problem is an error. */
  plan: Plan | null;
  problems: Problem[];
  blobs: Map<Sha256, () => Promise<Uint8Array>>;
}

/** Throws `bad_usage` for paths and `bad_suite` for workspaces that cannot be read. */
export async function readSubmission(
  paths: readonly string[],
  vars: Readonly<Record<string, string>>,
  cwd: string,
): Promise<SubmissionRead> {
  const files: SuiteFile[] = [];
  for (const path of await findSuiteFiles(paths, cwd)) {
    files.push({ path, text: await readSuiteFile(resolve(cwd, path), path) });
  }
  const read = readSuites(files, vars);
  const workspaces: CollectedWorkspace[] = [];
  // Suites side by side in a folder mostly want the same files of it.
  const collected = new Map<string, CollectedWorkspace>();
  for (const { root, workspace } of read.suites) {
    const key = JSON.stringify([root, workspace.include, workspace.exclude]);
    const made = collected.get(key) ?? (await collectWorkspace(resolve(cwd, root), workspace));
    collected.set(key, made);
    workspaces.push(made);
  }
  const { plan, problems } = planSuites(read, workspaces);
  return { files, plan, problems, blobs: new Map(workspaces.flatMap(({ blobs }) => [...blobs])) };
}

/** At most three bytes make one of the units in which `readSuites` counts: what is cut here is too long for it. */
async function readSuiteFile(absolute: string, path: string): Promise<string> {
  try {
    await using file = await open(absolute);
    const chunks: Uint8Array[] = [];
    for await (const chunk of file.createReadStream({ end: 3 * suiteFileBytesMax + 3, autoClose: false })) {
      chunks.push(chunk as Uint8Array);
    }
    return Buffer.concat(chunks).toString('utf8');
  } catch (error) {
    throw new GridError('bad_usage', `cannot read the suite ${path}: ${messageOf(error)}`, { cause: error });
  }
}
