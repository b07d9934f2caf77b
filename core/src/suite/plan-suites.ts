/** Stage two of compiling: what the suites say and the workspaces made for them → the plan. */

import type { Sha256 } from '../ids.ts';
import { invariant } from '../errors.ts';
import type { Plan, PlannedScenario, PlannedSuite } from '../plan.ts';
import type { WorkspaceManifest } from '../workspace.ts';
import { hasErrors, type Problem, problemAt, type ProblemText, quoted, sortProblems } from './problem.ts';
import type { ReadSuite, SuitesRead } from './read-suites.ts';
import type { NeededPath } from './scope.ts';
import { suggest } from './suggest.ts';

/** A suite's files as they were found, and the identity of their manifest. */
export interface MadeWorkspace {
  manifest: WorkspaceManifest;
  sha256: Sha256;
}

/**
 * `workspaces`: one for each of `read.suites`, in that order. `problems` are those of both stages; `plan` is null when one of them is
 * an error: nothing of a broken submission runs.
 */
export function planSuites(
  read: SuitesRead,
  workspaces: readonly MadeWorkspace[],
): { plan: Plan | null; problems: Problem[] } {
  const problems = [...read.problems];
  const suites: PlannedSuite[] = [];
  const scenarios: PlannedScenario[] = [];
  for (const [index, suite] of read.suites.entries()) {
    const workspace = workspaces[index];
    invariant(workspace, `no workspace for ${suite.source.file}`);
    problems.push(...missingFiles(suite, workspace.manifest));
    if (!suite.content) continue;
    const number = suites.push({ ...suite.content.suite, workspace: workspace.sha256 }) - 1;
    for (const scenario of suite.content.scenarios) scenarios.push({ ...scenario, suite: number });
  }
  const sorted = sortProblems(problems);
  return { plan: hasErrors(sorted) ? null : { suites, scenarios }, problems: sorted };
}

function missingFiles({ source, neededPaths, workspace }: ReadSuite, manifest: WorkspaceManifest): Problem[] {
  const files = new Set(manifest.files.map((file) => file.path));
  const folders = new Set(manifest.files.flatMap((file) => foldersOf(file.path)));
  const found = ({ path, wanted }: NeededPath): boolean =>
    (wanted !== 'folder' && files.has(path)) || (wanted !== 'file' && folders.has(path));
  const missing = neededPaths.filter((needed) => !found(needed));
  const problems = missing.map((needed) =>
    problemAt(source, needed.span, missingFile(needed, files, folders)),
  );
  if (workspace.span && files.size === 0) {
    const message = 'the patterns of [workspace] match no file';
    problems.push(problemAt(source, workspace.span, { code: 'CG1502', message }));
  }
  return problems;
}

function missingFile(
  { path, wanted }: NeededPath,
  files: ReadonlySet<string>,
  folders: ReadonlySet<string>,
): ProblemText {
  if (folders.has(path)) return { code: 'CG1206', message: `${quoted(path)} is a folder; a file is needed` };
  if (files.has(path)) {
    const hint = 'mount the folder that it is in, or leave out `read_only`';
    return {
      code: 'CG1206',
      message: `${quoted(path)} is a file; only a folder can be mounted read-only`,
      hint,
    };
  }
  const known = [...(wanted === 'folder' ? [] : files), ...(wanted === 'file' ? [] : folders)];
  const near = suggest(path, known);
  const hint = near === null ? 'is it there, and in `include` of [workspace]?' : `did you mean \`${near}\`?`;
  return { code: 'CG1501', message: `the workspace has no ${quoted(path)}`, hint };
}

/** `.` and every folder on the way to a file. */
function foldersOf(path: string): string[] {
  const segments = path.split('/');
  return ['.', ...segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'))];
}
