/** Whether tests that failed pass now, and are the same tests: what a change to the program under test can take credit for. Pure. */

import type { RunOutcome, ScenarioOutcome } from './run-outcome.ts';

/**
 * `turned`: it failed, and passes now. All others are no proof: `still_red`; `broke`: it passed, and fails now; `changed`: it is not the
 * same test any more; `vanished`: it failed, and is not run any more; `flaky`: it passes, but not at once; `unknown`: the grid's fault, a
 * setup, or nobody ran it. `green`: it passed before too.
 */
export type RedGreen =
  | 'turned'
  | 'still_red'
  | 'broke'
  | 'changed'
  | 'vanished'
  | 'flaky'
  | 'unknown'
  | 'green';

export interface JudgedScenario {
  scenario: string;
  judged: RedGreen;
  red: ScenarioOutcome;
  /** Null where it vanished. */
  green: ScenarioOutcome | null;
}

/** What makes a test the same one. */
export type TestPart = 'steps' | 'commands' | 'expectations';

/** Of every scenario of the red run. What only the green run has was never red. */
export function judgeRedGreen(red: RunOutcome, green: RunOutcome): JudgedScenario[] {
  return [...red.scenarios.values()].map((before) => {
    const after = green.scenarios.get(before.id) ?? null;
    return { scenario: before.name, judged: judge(before, after), red: before, green: after };
  });
}

/** Something turned, and nothing else is wrong. */
export function isProof(judged: readonly JudgedScenario[]): boolean {
  return (
    judged.some((one) => one.judged === 'turned') &&
    judged.every((one) => one.judged === 'turned' || one.judged === 'green')
  );
}

function judge(before: ScenarioOutcome, after: ScenarioOutcome | null): RedGreen {
  const [was, is] = [colorOf(before), after && colorOf(after)];
  if (after === null) return was === 'green' ? 'green' : 'vanished';
  if (was === 'green') return is === 'red' ? 'broke' : is === 'green' || after.flaky ? 'green' : 'unknown';
  if (was === 'unknown' || is === 'unknown') return 'unknown';
  if (is === 'red') return 'still_red';
  if (changedParts(before, after).length > 0) return 'changed';
  return is === 'green' ? 'turned' : 'flaky';
}

function colorOf({ verdict, flaky }: ScenarioOutcome): 'red' | 'green' | 'flaky' | 'unknown' {
  if (verdict?.outcome === 'passed') return flaky ? 'flaky' : 'green';
  return verdict?.outcome === 'failed' && verdict.reason !== 'setup' ? 'red' : 'unknown';
}

/** None where the steps, their commands and all expectations are the same. Places in files may change. */
export function changedParts(before: ScenarioOutcome, after: ScenarioOutcome): TestPart[] {
  const [was, is] = [testParts(before), testParts(after)];
  // Of other steps the commands and expectations are others too, which says nothing more.
  if (was.steps !== is.steps) return ['steps'];
  return (['commands', 'expectations'] as const).filter((part) => was[part] !== is[part]);
}

function testParts({ steps, spanExpectations }: ScenarioOutcome): Record<TestPart, string> {
  return {
    steps: JSON.stringify(steps.map(({ id, name }) => [id, name])),
    commands: JSON.stringify(steps.map(({ command }) => command)),
    expectations: JSON.stringify(
      [steps.map(({ expectDigest }) => expectDigest), spanExpectations],
      (key, value: unknown) => (key === 'source' ? undefined : value),
    ),
  };
}
