import { id, type RunId } from '@cleangrid/core/ids.ts';
import { sampleRun, sampleScenario, sampleStep } from '@cleangrid/core/report/sample-records.ts';
import type { RunRecord, ScenarioRecord } from '@cleangrid/core/run-service.ts';
import { failed, passed } from '@cleangrid/core/verdict.ts';
import { expect, test } from 'vitest';
import { type FakeContext, fakeContext } from '../fake/fake-context.ts';
import { fakeRuns } from '../fake/fake-runs.ts';
import { ofAttempt, ownSpan, sampleSpan } from '../fake/sample-spans.ts';
import { diffCommand } from './diff.ts';
import { redGreenCommand } from './red-green.ts';
import { spansCommand } from './spans.ts';

const missed = failed('expectation', 'no');
const red = sampleRun({ run: id<RunId>('red'), submittedAtMs: 1 });
const green = sampleRun({ run: id<RunId>('green'), submittedAtMs: 2 });

function scenario(name: string, verdict = passed as ScenarioRecord['verdict']): ScenarioRecord {
  return sampleScenario({
    id: id(name),
    name,
    verdict,
    attempts: sampleScenario().attempts.map((attempt) => ({
      ...attempt,
      shard: id(name === 'pay' ? '0' : '1'),
    })),
    steps: [sampleStep({ name: 'go', result: { verdict: verdict ?? passed } })],
  });
}

/** Two runs, each with scenarios of its own. */
function history(
  ofRed: ScenarioRecord[],
  ofGreen: ScenarioRecord[],
  records: RunRecord[] = [green, red],
): FakeContext {
  const request = sampleSpan('GET /', [0, 1500], { attributes: { 'url.path': '/kettle', port: 80 } });
  const spans = [ofAttempt('0', 1, ownSpan('exec', [0, 1]), request)];
  const runs = fakeRuns({ records, spans });
  return fakeContext({
    runs: {
      ...runs,
      async *scenarios(run) {
        await Promise.resolve();
        yield* run === 'red' ? ofRed : ofGreen;
      },
    },
  });
}

const runIds = { before: 'red', after: 'green' };

test('says that two runs are the same, and exits with 0', async () => {
  const context = history([scenario('pay')], [scenario('pay')]);
  expect(await diffCommand(runIds, { slower: 100 }, context)).toBe(0);
  expect(context.terminal.out.text()).toBe(
    'The runs red and green are the same in verdicts, steps and spans.\n',
  );
});

test('lists what differs, and exits with 1', async () => {
  const context = history([scenario('pay', missed)], [scenario('pay'), scenario('new')]);
  expect(await diffCommand(runIds, { slower: 100 }, context)).toBe(1);
  expect(context.terminal.out.text().split('\n')).toEqual([
    'changed   scenario  pay  failed (expectation) → passed',
    'changed   step      pay › go  failed (expectation) → passed',
    'appeared  scenario  new  passed',
    '',
  ]);
  const asJson = history([scenario('pay', missed)], [scenario('pay')]);
  expect(await diffCommand(runIds, { slower: 100, json: true }, asJson)).toBe(1);
  expect(JSON.parse(asJson.terminal.out.text())).toMatchObject({
    ...runIds,
    differences: [{ kind: 'scenario', change: 'verdict' }, { kind: 'step' }],
  });
});

test('says what one run proves of durations, and where spans were not recorded', async () => {
  const slow = { ...scenario('pay'), steps: [sampleStep({ name: 'go', result: { durationMs: 5000 } })] };
  const context = history([scenario('pay')], [slow], [{ ...green, traceMode: 'off' }, red]);
  expect(await diffCommand(runIds, { slower: 50 }, context)).toBe(1);
  const text = context.terminal.out.text();
  expect(text).toContain('slower    step      pay › go  12ms → 5s\n');
  expect(text).toContain('took 50 % longer and at least 200ms. One run of each proves little: repeat it.');
  expect(text).toContain('The run green recorded no spans: only verdicts and steps are compared.');
});

test('compares no run that goes on', async () => {
  const context = history([], [], [{ ...green, state: 'running' }, red]);
  await expect(diffCommand(runIds, { slower: 100 }, context)).rejects.toThrow(
    'the run green has not finished',
  );
});

test('proves that what failed passes now', async () => {
  const context = history([scenario('pay', missed), scenario('old')], [scenario('pay'), scenario('old')]);
  expect(await redGreenCommand({ red: 'red', green: 'green' }, {}, context)).toBe(0);
  expect(context.terminal.out.text().split('\n')).toEqual([
    'red → green    pay  failed (expectation) → passed',
    'Proved: 1 scenario failed before and passes now, 1 passed before.',
    '',
  ]);
});

test.each([
  [{ name: 'stop' }, 'steps'],
  [{ command: 'true' }, 'commands'],
  [{ expectDigest: 'other' }, 'expectations'],
  [{ command: 'true', expectDigest: 'other' }, 'commands and expectations'],
])('says what makes it another test', async (change, words) => {
  const other = { ...scenario('pay'), steps: [sampleStep({ name: 'go', ...change })] };
  const context = history([scenario('pay', missed)], [other]);
  expect(await redGreenCommand({ red: 'red', green: 'green' }, {}, context)).toBe(1);
  expect(context.terminal.out.text().split('\n')[0]).toBe(
    `ANOTHER TEST   pay  failed (expectation) → passed; other ${words}`,
  );
});

test.each([
  [[scenario('pay')], [scenario('pay')], 'Not proved: nothing was red.'],
  [[scenario('pay', missed)], [], 'VANISHED       pay  failed (expectation) → not run\n'],
  [[scenario('pay', missed)], [scenario('pay', missed)], 'STILL RED      pay'],
])('proves nothing otherwise', async (before, after, words) => {
  const context = history(before, after);
  expect(await redGreenCommand({ red: 'red', green: 'green' }, {}, context)).toBe(1);
  expect(context.terminal.out.text()).toContain(words);
});

test('judges one scenario alone where it is named', async () => {
  const before = [scenario('pay', missed), scenario('other', missed)];
  const context = history(before, [scenario('pay'), scenario('other', missed)]);
  expect(await redGreenCommand({ red: 'red', green: 'green' }, { scenario: 'pay' }, context)).toBe(0);
  expect(await redGreenCommand({ red: 'red', green: 'green' }, {}, context)).toBe(1);
});

test('wants the red run to be the older one', async () => {
  const swapped = redGreenCommand({ red: 'green', green: 'red' }, {}, history([], []));
  await expect(swapped).rejects.toThrow('the run green is not older than red');
});

test('finds spans by their names and facts, and shows the facts that fit', async () => {
  const find = async (grep?: string): Promise<string> => {
    const context = history([], [scenario('pay')]);
    const code = await spansCommand('green', grep === undefined ? {} : { grep }, context);
    return `${code} ${context.terminal.out.text()}`;
  };
  expect(await find('KETTLE')).toBe('0     1.5s  pay › GET /  url.path=/kettle\n');
  expect(await find('/^port=\\d+$/')).toBe('0     1.5s  pay › GET /  port=80\n');
  expect(await find('get /')).toBe('0     1.5s  pay › GET /\n');
  expect(await find()).toBe('0      1ms  pay › exec\n    1.5s  pay › GET /\n');
  expect(await find('teapot')).toBe('1 ');
  await expect(find('/(/')).rejects.toThrow("'/(/' is no regular expression");
});

test('prints the spans that it finds as JSON, of one scenario where it is named', async () => {
  const context = history([], [scenario('other'), scenario('pay')]);
  expect(await spansCommand('green', { grep: 'GET', json: true }, context)).toBe(0);
  expect(JSON.parse(context.terminal.out.text())).toMatchObject({ run: 'green', spans: [{ name: 'GET /' }] });
  expect(await spansCommand('green', { scenario: 'pay', json: true }, context)).toBe(1);
});
