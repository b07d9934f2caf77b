import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { id } from '../ids.ts';
import { failed } from '../verdict.ts';
import { jsonReport } from './json.ts';
import { inOrder, joined, sampleOutput, sampleRun, sampleScenario, sampleStep } from './sample-records.ts';

const document = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
const [, section = ''] = document.split('### The JSON report\n');
const rows = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| (\(whole\)|`.+?`) \| (`.+?`) \|/gmu)];
const documented = new Map(
  rows.flatMap(([, objects = '', members = '']) =>
    (objects === '(whole)' ? [''] : codeIn(objects)).map((object) => [object, codeIn(members).sort()]),
  ),
);

function codeIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/gu)].map(([, code = '']) => code);
}

/** Its path and keys, and those of every object inside. An exit has one of two shapes, which the document shows. */
function objectsIn(value: unknown, path = ''): [string, string[]][] {
  if (Array.isArray(value)) return value.flatMap((item) => objectsIn(item, `${path}[]`));
  if (value === null || typeof value !== 'object' || path.endsWith('.exit')) return [];
  const inside = Object.entries(value).flatMap(([key, one]) =>
    objectsIn(one, path === '' ? key : `${path}.${key}`),
  );
  return [[path, Object.keys(value).sort()], ...inside];
}

test('the document lists the members of every object of a report, and no others', async () => {
  const check = { what: 'exit', expected: 'a', actual: 'b', source: { file: 'f', line: 1, column: 1 } };
  const evidence = {
    userCpuMs: 1,
    systemCpuMs: 1,
    peakMemoryBytes: 1,
    survivorsKilled: 0,
    oom: false,
    processesLeft: 'gone' as const,
  };
  const step = sampleStep({ result: { failedChecks: [check], evidence, stdout: sampleOutput('x') } });
  const scenario = sampleScenario({
    verdict: failed('expectation', 'no'),
    steps: [step],
    serviceLogs: [{ service: id('db'), lines: ['x'] }],
  });
  const text = await joined(jsonReport(sampleRun(), inOrder(scenario)));
  expect(documented).toEqual(new Map(objectsIn(JSON.parse(text))));
});
