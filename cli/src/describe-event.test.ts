import { id, type ScenarioId } from '@cleangrid/core/ids.ts';
import { noTraceLinks } from '@cleangrid/core/report/trace-links.ts';
import type { RunEvent } from '@cleangrid/core/run-service.ts';
import { broken } from '@cleangrid/core/verdict.ts';
import { expect, test } from 'vitest';
import { eventDescriber } from './describe-event.ts';
import { createPaint } from './paint.ts';

const describeEvent = (detail: 'quiet' | 'normal' = 'normal'): ((event: RunEvent) => string[]) =>
  eventDescriber({
    paint: createPaint(false),
    sourceLine: () => null,
    links: noTraceLinks,
    detail,
    withSuite: true,
    scenarioName: (scenario) => `suite › ${scenario}`,
  });

function retried(name: string, message: string): RunEvent {
  const verdict = broken('image_unavailable', message);
  return {
    kind: 'scenario_retried',
    cursor: 0,
    scenario: id<ScenarioId>(name),
    name,
    attempt: 1,
    verdict,
  };
}

test('says once why scenarios are retried', () => {
  const lines = [retried('a', 'no x'), retried('b', 'no y'), retried('b', 'no x')].flatMap(describeEvent());
  expect(lines.map((line) => line.slice(line.indexOf('attempt')))).toEqual([
    "attempt 1 broken (image_unavailable): the grid's fault, not the suite's: no x",
    "attempt 1 broken (image_unavailable): the grid's fault, not the suite's: no y",
    'attempt 1 broken, as said above',
  ]);
  expect(lines[0]).toContain(' suite › a  attempt 1');
});

test('says that the coordinator is away, unless it is to be quiet', () => {
  const away: RunEvent = {
    kind: 'away',
    cursor: 0,
    message: 'No answer from the coordinator at x. Asking again.',
  };
  expect(describeEvent()(away)).toEqual([away.message]);
  expect(describeEvent('quiet')(away)).toEqual([]);
});
