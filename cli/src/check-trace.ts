/** The span expectations of a run's plan once more, on the spans that were stored. */

import { GridError } from '@cleangrid/core/errors.ts';
import type { FailedCheck } from '@cleangrid/core/expectation.ts';
import type { AttemptRecord, ScenarioRecord } from '@cleangrid/core/run-service.ts';
import { arrivedSpans } from '@cleangrid/core/trace/arrived-spans.ts';
import { evaluateSpans } from '@cleangrid/core/trace/evaluate-spans.ts';
import { exitCodes } from '@cleangrid/core/verdict.ts';
import type { CommandContext } from './command-context.ts';
import { scenarioLabel } from './describe-event.ts';
import type { TraceOptions } from './handlers.ts';
import { holdSpans, type ReadSpan, readTrace, type TracedRun } from './read-trace.ts';
import { renderCheck } from './render-failure.ts';
import { badge, counted } from './scenario-words.ts';
import { sourceLines } from './source-lines.ts';
import { writeLines } from './terminal.ts';

interface CheckedScenario {
  scenario: ScenarioRecord;
  expectationCount: number;
  failedChecks: FailedCheck[];
}

/** The exit code: 1 where one was missed. Throws `bad_usage` for a run that has not finished, and where nothing is expected of spans. */
export async function checkTrace(
  traced: TracedRun,
  { json }: Pick<TraceOptions, 'json'>,
  { terminal, cwd }: CommandContext,
): Promise<number> {
  const { record } = traced;
  const checked = await checkScenarios(traced);
  const { out } = terminal;
  const style = { paint: out.paint, sourceLine: sourceLines(cwd) };
  if (json) {
    const scenarios = checked.map(({ scenario, ...rest }) => ({
      id: scenario.id,
      name: scenario.name,
      ...rest,
    }));
    writeLines(out, [JSON.stringify({ run: record.run, scenarios })]);
  } else {
    for (const { scenario, expectationCount, failedChecks } of checked) {
      const word = failedChecks.length === 0 ? 'passed' : 'failed';
      const label = scenarioLabel(scenario, record.suites.length > 1);
      const facts =
        failedChecks.length === 0
          ? `${counted(expectationCount, 'expectation')} of spans`
          : `${failedChecks.length} of ${counted(expectationCount, 'expectation')} of spans were not met`;
      writeLines(out, [
        `${badge(word, out.paint)} ${label}  ${out.paint.faint(facts)}`,
        ...failedChecks.flatMap((check) => renderCheck(check, style)),
      ]);
    }
  }
  const isMissed = checked.some(({ failedChecks }) => failedChecks.length > 0);
  return isMissed ? exitCodes.failed : exitCodes.passed;
}

async function checkScenarios(traced: TracedRun): Promise<CheckedScenario[]> {
  const { history, record, scenario: wanted } = traced;
  const { run, state } = record;
  if (state !== 'finished')
    throw new GridError('bad_usage', `the run ${run} has not finished: more spans may come`, {
      hint: 'Check it again when it has.',
    });
  const expecting: ScenarioRecord[] = [];
  for await (const scenario of wanted ? [wanted.scenario] : history.scenarios(run))
    if (scenario.spanExpectations !== null) expecting.push({ ...scenario, steps: [], serviceLogs: [] });
  if (expecting.length === 0)
    throw new GridError(
      'bad_usage',
      `nothing is expected of spans in ${wanted ? 'that scenario' : `the run ${run}`}`,
      {
        hint: 'Write [[expect.span]] or another of expect.graph, counts, window, order, status, hermeticity.',
      },
    );
  const spans = await spansOfFinalAttempts(traced, expecting);
  return expecting.map((scenario) => {
    const expectations = scenario.spanExpectations ?? [];
    const own = spans.get(finalAttempt(scenario)?.shard ?? '') ?? [];
    const failedChecks = evaluateSpans(expectations, arrivedSpans(own.map(({ span }) => span)));
    return { scenario, expectationCount: expectations.length, failedChecks };
  });
}

/** By shard: a scenario that expects spans is one. */
async function spansOfFinalAttempts(
  { history, record, scenario: wanted }: TracedRun,
  expecting: readonly ScenarioRecord[],
): Promise<Map<string, ReadSpan[]>> {
  const finals = new Map(
    expecting.map((scenario): [string | undefined, number | undefined] => {
      const final = finalAttempt(scenario);
      return [final?.shard, final?.attempt];
    }),
  );
  const held = await holdSpans(
    readTrace(history, record, wanted?.ordinal),
    ({ of }) => of !== null && finals.get(of.shard) === of.attempt,
  );
  return Map.groupBy(held, ({ of }) => of?.shard ?? '');
}

/** Whose verdict counts. */
export function finalAttempt({ attempts }: Pick<ScenarioRecord, 'attempts'>): AttemptRecord | undefined {
  return attempts.at(-1);
}
