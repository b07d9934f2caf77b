/** Which scenarios of a plan are meant by --select and --tag. */

import type { Plan, PlannedScenario } from '../plan.ts';

export interface Selection {
  /**
   * Any of them; none means all. Each is `FILE:LINE` (the scenario that is written there), a file or a folder, or is looked for in the
   * scenario's name, as a glob (`*`, `?`) of the whole name or file if it has one, else as a part of the name.
   */
  select: readonly string[];
  /** A scenario has one of these tags (none means any) and none of those that begin with `!`. */
  tags: readonly string[];
}

/** The same plan with fewer scenarios, in the same order; suites stay, so that their numbers hold. */
export function selectScenarios(plan: Plan, { select, tags }: Selection): Plan {
  const unwanted = tags.filter((tag) => tag.startsWith('!')).map((tag) => tag.slice(1));
  const wanted = tags.filter((tag) => !tag.startsWith('!'));
  const matchers = select.map((pattern) => matcherOf(pattern, plan));
  const scenarios = plan.scenarios.filter(
    (scenario) =>
      (matchers.length === 0 || matchers.some((matches) => matches(scenario))) &&
      (wanted.length === 0 || scenario.tags.some((tag) => wanted.includes(tag))) &&
      !scenario.tags.some((tag) => unwanted.includes(tag)),
  );
  return { ...plan, scenarios };
}

type Matcher = (scenario: PlannedScenario) => boolean;

function matcherOf(pattern: string, plan: Plan): Matcher {
  const place = /^(.+):(\d+)$/u.exec(pattern);
  const [, file, line] = place ?? [];
  if (file !== undefined && plan.suites.some((suite) => suite.file === samePath(file))) {
    const meant = scenarioAt(plan, samePath(file), Number(line));
    return (scenario) => scenario === meant;
  }
  if (/[*?]/u.test(pattern)) {
    const glob = globOf(pattern);
    return (scenario) => glob.test(scenario.name) || glob.test(scenario.source.file);
  }
  const path = samePath(pattern);
  return ({ name, source }) =>
    name.includes(pattern) || source.file === path || source.file.startsWith(`${path}/`);
}

/** The last one that begins at or before the line. */
function scenarioAt(plan: Plan, file: string, line: number): PlannedScenario | undefined {
  return plan.scenarios
    .filter(({ source }) => source.file === file && source.line <= line)
    .reduce<PlannedScenario | undefined>(
      (last, scenario) => (last && last.source.line > scenario.source.line ? last : scenario),
      undefined,
    );
}

function samePath(path: string): string {
  return path.replace(/^(?:\.\/)+/u, '').replace(/\/+$/u, '');
}

/** `*` and `?` stand for anything, `/` too. */
function globOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/gu, String.raw`\$&`)
    .replace(/\*+/gu, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'su');
}
