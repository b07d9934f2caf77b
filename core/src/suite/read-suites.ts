/**
 * Stage one of compiling: suite files → what they say, and every problem that can be seen in them alone. The caller then makes the
 * workspace of each suite, and `planSuites` (stage two) makes the plan.
 */

import { formatBytes } from '../bytes.ts';
import { suiteFileBytesMax } from '../limits.ts';
import type { PlannedSuite } from '../plan.ts';
import { hasErrors, type Problem, problemAt, quoted, sortProblems } from './problem.ts';
import type { WrittenScenario } from './read-scenario.ts';
import { serviceNames } from './read-service.ts';
import { suiteFile } from './read-suite.ts';
import { readToml } from './read-toml.ts';
import { readYaml } from './read-yaml.ts';
import type { Report } from './report.ts';
import { type NeededPath, newScope, type Scope, type WorkspaceWanted } from './scope.ts';
import { type SourceText, sourceText } from './source-text.ts';
import { didYouMean } from './suggest.ts';
import type { Span, TableTree } from './tree.ts';

export interface SuiteFile {
  /** Relative to the current directory, `/`-separated: part of the identity of its scenarios. No two files have the same. */
  path: string;
  text: string;
}

/** What stage one hands to stage two. */
export interface SuitesRead {
  /** Of the files that could be read, in the order given. */
  suites: ReadSuite[];
  /** Sorted by file and place. */
  problems: Problem[];
}

export interface ReadSuite {
  /** Its `file` names the suite file. */
  source: SourceText;
  /** The suite file's folder, relative to the current directory; `.` for that directory itself. */
  root: string;
  /** The workspace: files below `root` that match a pattern of `include` and none of `exclude`. */
  workspace: WorkspaceWanted;
  /** What must be in the workspace. */
  neededPaths: NeededPath[];
  /** Null when something is wrong with the file. */
  content: { suite: Omit<PlannedSuite, 'workspace'>; scenarios: WrittenScenario[] } | null;
}

/** `vars`: what --var says; each name must be declared in [vars] of some suite. Throws for nothing that a text can be. */
export function readSuites(files: readonly SuiteFile[], vars: Readonly<Record<string, string>>): SuitesRead {
  const overrides = new Map(Object.entries(vars));
  const problems: Problem[] = [];
  const suites: ReadSuite[] = [];
  const declared = new Set<string>();
  let allReadable = true;
  for (const file of files) {
    const source = sourceText(file.path, file.text);
    const report: Report = (span, problem) => void problems.push(problemAt(source, span, problem));
    const tree = readTree(source, report);
    if (!tree) {
      allReadable = false;
      continue;
    }
    const scope = newScope(source, problems, { overrides, services: new Set(serviceNames(tree)) });
    suites.push(...readSuite(tree, scope, problems));
    for (const name of scope.vars.keys()) declared.add(name);
  }
  if (allReadable) problems.push(...undeclared(overrides, [...declared]));
  return { suites, problems: sortProblems(problems) };
}

function readTree(source: SourceText, report: Report): TableTree | null {
  const { file, text } = source;
  if (text.length > suiteFileBytesMax) {
    const message = `a suite file of more than ${formatBytes(suiteFileBytesMax)} is not read`;
    report(fileStart, { code: 'CG1003', message, hint: 'divide it into several files' });
    return null;
  }
  if (file.endsWith('.toml')) return readToml(source, report);
  if (/\.ya?ml$/u.test(file)) return readYaml(source, report);
  const hint =
    'suite files end in `.toml` or `.yaml`; in folders those are found that end in `.cleangrid.toml` or `.cleangrid.yaml`';
  report(fileStart, {
    code: 'CG1004',
    message: `${quoted(file)} is neither TOML nor YAML by its name`,
    hint,
  });
  return null;
}

const fileStart: Span = { start: 0, end: 0 };

function readSuite(tree: TableTree, scope: Scope, problems: Problem[]): ReadSuite[] {
  const { file } = scope.source;
  const written = suiteFile.decode(tree, scope);
  const sound = written !== undefined && !hasErrors(problems.filter((one) => one.file === file));
  if (sound) reportUnusedServices(tree, scope);
  if (!scope.workspace) return [];
  const content = sound
    ? { suite: { ...written.suite, file, services: written.services }, scenarios: written.scenarios }
    : null;
  const { source, workspace, neededPaths } = scope;
  return [{ source, root: folderOf(file), workspace, neededPaths, content }];
}

function folderOf(file: string): string {
  const slash = file.lastIndexOf('/');
  return slash === -1 ? '.' : file.slice(0, slash) || '/';
}

function reportUnusedServices(tree: TableTree, scope: Scope): void {
  const services = tree.entries.get('services')?.value;
  for (const [name, { keySpan }] of services?.kind === 'table' ? services.entries : []) {
    if (scope.usedServices.has(name)) continue;
    scope.report(keySpan, { code: 'CG1310', message: `no scenario uses the service ${quoted(name)}` });
  }
}

/** They stand on no line of a file: the place is the option itself. */
function undeclared(overrides: ReadonlyMap<string, string>, declared: readonly string[]): Problem[] {
  const unknown = [...overrides].filter(([name]) => !declared.includes(name));
  return unknown.map(([name, value]) => {
    const source = sourceText('--var', `${name}=${value}`);
    const message = `no suite declares the variable ${quoted(name)} in [vars]`;
    const hint = didYouMean(name, declared, 'variable in [vars]');
    return problemAt(source, { start: 0, end: name.length }, { code: 'CG1308', message, hint });
  });
}
