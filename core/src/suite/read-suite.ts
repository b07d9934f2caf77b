/** One suite file's tree → its suite: variables first, then what refers to them. */

import type { PlannedSuite } from '../plan.ts';
import type { SpanExpectation } from '../trace/span-expectations.ts';
import { type Decoder, list, namedValues, optional, required, table } from './decoder.ts';
import { quoted } from './problem.ts';
import { scenario, type WrittenScenario } from './read-scenario.ts';
import { services } from './read-service.ts';
import { suiteSpans } from './read-span-expectations.ts';
import { everything, type WorkspaceWanted } from './scope.ts';
import { displayName, literal, nonEmptyText, referableName, refined, text } from './read-values.ts';

export interface WrittenSuite {
  vars: Record<string, string>;
  suite: Pick<PlannedSuite, 'name' | 'description' | 'version'>;
  workspace: WorkspaceWanted;
  services: PlannedSuite['services'];
  /** Part of each scenario's own. */
  spans: readonly SpanExpectation[];
  scenarios: WrittenScenario[];
}

const declaredVars = namedValues('vars is a table', referableName, literal);

/** What a --var says goes before what is written. One that is wrong is known all the same, so that its uses are not wrong too. */
const vars: Decoder<Record<string, string>> = {
  decode(tree, scope) {
    const read = declaredVars.decode(tree, scope);
    const names = tree.kind === 'table' ? [...tree.entries.keys()] : [];
    scope.vars = new Map(names.map((name) => [name, scope.overrides.get(name) ?? read?.[name] ?? '']));
    return read;
  },
  inside: declaredVars.inside,
};

const suite: Decoder<WrittenSuite['suite']> = table<WrittenSuite['suite']>({
  what: '[suite]',
  fields: {
    name: required('name', displayName),
    description: optional('description', text, null),
    version: optional('version', text, null),
  },
});

const glob: Decoder<string> = refined(nonEmptyText, (written) => {
  const outside = written.startsWith('/') || written.includes('\\') || written.split('/').includes('..');
  if (outside)
    return [
      'CG1206',
      `${quoted(written)} leaves the workspace`,
      "patterns are relative to the suite's folder",
    ];
  if (written.startsWith('!')) return ['CG1206', 'a pattern cannot be negated', 'write it under `exclude`'];
  return null;
});

const globs: Decoder<string[]> = list('expected a list of patterns', glob);

const workspacePatterns = table<Omit<WorkspaceWanted, 'span'>>({
  what: '[workspace]',
  fields: {
    include: optional('include', globs, everything.include),
    exclude: optional('exclude', globs, everything.exclude),
  },
});

const workspace: Decoder<WorkspaceWanted> = {
  decode(tree, scope) {
    const read = workspacePatterns.decode(tree, scope);
    scope.workspace = read ? { ...read, span: tree.span } : null;
    return scope.workspace ?? undefined;
  },
  inside: workspacePatterns.inside,
};

const scenarios: Decoder<WrittenScenario[]> = list('scenario is a list of tables: [[scenario]]', scenario);

/** Every key of a suite file. */
export const suiteFile: Decoder<WrittenSuite> = table<WrittenSuite>({
  what: 'a suite file',
  fields: {
    vars: optional('vars', vars, {}),
    suite: required('suite', suite),
    workspace: optional('workspace', workspace, everything),
    services: optional('services', services, {}),
    spans: optional('expect', suiteSpans, []),
    scenarios: optional('scenario', scenarios, []),
  },
  notYet: ['matrix', 'determinism', 'policy', 'secrets', 'report'],
  check: (tree, scope) => {
    const written = tree.entries.get('scenario')?.value;
    if (written && !(written.kind === 'array' && written.items.length === 0)) return;
    scope.report(tree.span, { code: 'CG1105', message: 'this suite has no scenario' });
  },
});
