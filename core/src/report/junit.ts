/**
 * The JUnit report, piece by piece: a test suite for each scenario, a test case for each of its steps. What failed is a `failure`; what
 * the grid broke, cancelled or never finished is an `error`, so that no reader counts it as passed.
 */

import { unreachable } from '../errors.ts';
import type { RunRecord, ScenarioRecord, StepRecord } from '../run-service.ts';
import { suspectsPollution } from '../suspects-pollution.ts';
import type { Verdict } from '../verdict.ts';
import { checkText, placeText } from './check-text.ts';
import { printable } from './printable.ts';
import { noTraceLinks, type TraceLinks } from './trace-links.ts';
import { wholeOutput } from './whole-output.ts';

/** Well-formed XML 1.0, whatever bytes the steps wrote. Holds one scenario at a time. */
export async function* junitReport(
  run: RunRecord,
  scenarios: AsyncIterable<ScenarioRecord>,
  links: TraceLinks = noTraceLinks,
): AsyncGenerator<string> {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield `<testsuites${attributes({ name: run.suites.join(', '), id: run.run, ...runTime(run) })}>\n`;
  for await (const scenario of scenarios) yield* testSuite(run, scenario, links);
  yield '</testsuites>\n';
}

function runTime(run: RunRecord): Record<string, string> {
  const timestamp = new Date(run.submittedAtMs).toISOString();
  return run.finishedAtMs === null
    ? { timestamp }
    : { timestamp, time: seconds(run.finishedAtMs - run.submittedAtMs) };
}

function* testSuite(run: RunRecord, scenario: ScenarioRecord, links: TraceLinks): Generator<string> {
  const steps = scenario.steps.map((step) => step.result?.verdict ?? null);
  const own = verdictOfNoStep(scenario);
  const all = own === undefined ? steps : [...steps, own];
  const count = (element: Element): string => String(all.filter((one) => elementOf(one) === element).length);
  yield `  <testsuite${attributes({
    name: `${scenario.suite} › ${scenario.name}`,
    file: scenario.file,
    tests: String(all.length),
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
    time: seconds(scenario.durationMs),
    ...startOf(scenario),
  })}>\n`;
  yield* properties(run, scenario, links);
  for (const step of scenario.steps) yield testCase(scenario, step);
  if (own !== undefined) yield scenarioCase(scenario, own);
  const logs = scenario.serviceLogs.map(({ service, lines }) => `log of ${service}\n${lines.join('\n')}\n`);
  if (logs.length > 0) yield `    <system-out>${textContent(logs.join('\n'))}</system-out>\n`;
  yield '  </testsuite>\n';
}

function startOf(scenario: ScenarioRecord): Record<string, string> {
  const started = scenario.steps.find((step) => (step.result?.startedAtMs ?? null) !== null);
  const startedAtMs = started?.result?.startedAtMs ?? null;
  return startedAtMs === null ? {} : { timestamp: new Date(startedAtMs).toISOString() };
}

/**
 * The scenario's own verdict where no step carries it: a service that never became ready skips every step, and skipped
 * steps alone would look harmless. Undefined where the steps say it all.
 */
function verdictOfNoStep({ verdict, steps }: ScenarioRecord): Verdict | null | undefined {
  const element = elementOf(verdict);
  if (element === null || element === 'skipped') return undefined;
  return steps.some((step) => elementOf(step.result?.verdict ?? null) === element) ? undefined : verdict;
}

function* properties(run: RunRecord, scenario: ScenarioRecord, links: TraceLinks): Generator<string> {
  const last = scenario.attempts.at(-1);
  const trace = links.scenario(scenario);
  const values: [string, string][] = [
    ['run', run.run],
    ['scenario', scenario.id],
    ...scenario.tags.map((tag): [string, string] => ['tag', tag]),
    ...(last ? ([['agent', last.agent] as const, ['host', last.host] as const] as [string, string][]) : []),
    ...(trace === null ? [] : [['trace', trace] satisfies [string, string]]),
    ['attempts', String(scenario.attempts.length)],
    ['flaky', String(scenario.flaky)],
    ['suspected-pollution', String(suspectsPollution(scenario))],
    ...scenario.attempts.slice(0, -1).map((attempt): [string, string] => {
      const ended = attempt.verdict === null ? attempt.state : messageOfVerdict(attempt.verdict);
      return [`attempt.${attempt.attempt}`, `${ended} (agent ${attempt.agent}, host ${attempt.host})`];
    }),
  ];
  yield '    <properties>\n';
  for (const [name, value] of values) yield `      <property${attributes({ name, value })}/>\n`;
  yield '    </properties>\n';
}

function testCase(scenario: ScenarioRecord, step: StepRecord): string {
  const { result } = step;
  const open = `    <testcase${attributes({
    name: step.phase === 'steps' ? step.name : `${step.phase}: ${step.name}`,
    classname: `${scenario.suite}.${scenario.name}`,
    file: step.source.file,
    line: String(step.source.line),
    time: seconds(result?.durationMs ?? 0),
  })}`;
  const verdict = result?.verdict ?? null;
  const element = elementOf(verdict);
  if (element === null) return `${open}/>\n`;
  if (element === 'skipped') return `${open}>${verdictElement(verdict, '')}</testcase>\n`;
  const details = [
    placeText(step.source),
    `$ ${step.command}`,
    ...(result?.failedChecks ?? []).map(checkText),
  ];
  const output = result && [
    outputElement('system-out', wholeOutput(result.stdout)),
    outputElement('system-err', wholeOutput(result.stderr)),
  ];
  return `${open}>\n      ${verdictElement(verdict, details.join('\n\n'))}\n${(output ?? []).join('')}    </testcase>\n`;
}

function scenarioCase(scenario: ScenarioRecord, verdict: Verdict | null): string {
  const open = attributes({
    name: '(scenario)',
    classname: `${scenario.suite}.${scenario.name}`,
    file: scenario.source.file,
    line: String(scenario.source.line),
    time: '0.000',
  });
  const details = [placeText(scenario.source), ...scenario.failedChecks.map(checkText)];
  return `    <testcase${open}>${verdictElement(verdict, details.join('\n\n'))}</testcase>\n`;
}

function outputElement(name: 'system-out' | 'system-err', text: string): string {
  return text === '' ? '' : `      <${name}>${textContent(text)}</${name}>\n`;
}

type Element = 'failure' | 'error' | 'skipped';

/** Null: passed, which JUnit says by saying nothing. A verdict of null is one that never came. */
function elementOf(verdict: Verdict | null): Element | null {
  if (verdict === null) return 'error';
  switch (verdict.outcome) {
    case 'passed':
      return null;
    case 'failed':
      return 'failure';
    case 'broken':
    case 'cancelled':
      return 'error';
    case 'skipped':
      return 'skipped';
    default:
      return unreachable(verdict);
  }
}

function verdictElement(verdict: Verdict | null, body: string): string {
  const element = elementOf(verdict);
  if (element === null) return '';
  const message = verdict === null ? 'it was not finished' : messageOfVerdict(verdict);
  if (element === 'skipped') return `<skipped${attributes({ message })}/>`;
  const type =
    verdict === null || verdict.outcome === 'passed' ? 'unfinished' : `${verdict.outcome}.${verdict.reason}`;
  return `<${element}${attributes({ message, type })}>${textContent(body)}</${element}>`;
}

function messageOfVerdict(verdict: Verdict): string {
  return verdict.outcome === 'passed'
    ? 'passed'
    : `${verdict.outcome} (${verdict.reason}): ${verdict.message}`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function attributes(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${attributeText(value)}"`)
    .join('');
}

/** Newlines and tabs in an attribute become spaces when it is read, unless they are written as references. */
function attributeText(text: string): string {
  return textContent(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
}

function textContent(text: string): string {
  return printable(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
