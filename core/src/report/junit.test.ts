import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { expect, test } from 'vitest';
import { type AgentId, id, type ShardId } from '../ids.ts';
import type { RunRecord, ScenarioRecord } from '../run-service.ts';
import { broken, cancelled, failed, skipped } from '../verdict.ts';
import { junitReport } from './junit.ts';
import { inOrder, joined, sampleOutput, sampleRun, sampleScenario, sampleStep } from './sample-records.ts';

interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  text: string;
  children: XmlElement[];
}

/** By a strict parser: throws when it is not well-formed. */
function parse(xml: string): XmlElement {
  const root: XmlElement = { name: '', attributes: {}, text: '', children: [] };
  const open = [root];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes, text: '', children: [] };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('text', (text) => {
    const element = open.at(-1);
    if (element) element.text += text;
  });
  parser.on('closetag', () => void open.pop());
  parser.write(xml).close();
  return root;
}

function find(element: XmlElement, name: string): XmlElement[] {
  return element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...find(child, name)]);
}

async function report(scenarios: ScenarioRecord[], run: RunRecord = sampleRun()): Promise<XmlElement> {
  return parse(await joined(junitReport(run, inOrder(...scenarios))));
}

test('writes a suite for each scenario and a case for each step', async () => {
  const xml = await report([sampleScenario({ steps: [sampleStep(), sampleStep({ name: 'pay' })] })]);
  expect(find(xml, 'testsuites')[0]?.attributes).toEqual({
    name: 'orders',
    id: 'run1',
    timestamp: '2026-01-02T03:04:05.000Z',
    time: '2.000',
  });
  expect(find(xml, 'testsuite')[0]?.attributes).toEqual({
    name: 'orders › checkout',
    file: 'orders.cleangrid.toml',
    tests: '2',
    failures: '0',
    errors: '0',
    skipped: '0',
    time: '1.240',
    timestamp: '2026-01-02T03:04:06.000Z',
  });
  expect(find(xml, 'testcase').map((testCase) => testCase.attributes['name'])).toEqual([
    'insert an order',
    'pay',
  ]);
});

test('tells failures, errors and skipped steps apart, and counts them', async () => {
  const verdicts = [
    failed('expectation', 'stdout differs'),
    broken('agent_lost', 'the agent was lost'),
    cancelled('user', 'Ctrl-C'),
    skipped('earlier_step', 'an earlier step failed'),
  ];
  const steps = verdicts.map((verdict) => sampleStep({ result: { verdict } }));
  const xml = await report([sampleScenario({ verdict: verdicts[0] ?? null, steps })]);
  expect(find(xml, 'testsuite')[0]?.attributes).toMatchObject({
    tests: '4',
    failures: '1',
    errors: '2',
    skipped: '1',
  });
  expect(find(xml, 'failure')[0]?.attributes).toEqual({
    message: 'failed (expectation): stdout differs',
    type: 'failed.expectation',
  });
  expect(find(xml, 'error').map((error) => error.attributes['type'])).toEqual([
    'broken.agent_lost',
    'cancelled.user',
  ]);
  expect(find(xml, 'skipped')[0]?.attributes['message']).toContain('an earlier step failed');
});

test('never counts a step that was not finished as passed', async () => {
  const xml = await report([sampleScenario({ verdict: null, steps: [sampleStep({ result: null })] })]);
  expect(find(xml, 'error')[0]?.attributes['type']).toBe('unfinished');
});

test('gives a case of its own to a verdict that no step carries', async () => {
  const verdict = failed('service_not_ready', 'db was not ready within 60s');
  const steps = [sampleStep({ result: { verdict: skipped('service', 'db was not ready') } })];
  const xml = await report([sampleScenario({ verdict, steps })]);
  expect(find(xml, 'testsuite')[0]?.attributes).toMatchObject({ tests: '2', failures: '1', skipped: '1' });
  expect(find(xml, 'testcase')[1]?.attributes['name']).toBe('(scenario)');
  expect(find(xml, 'failure')[0]?.attributes['message']).toContain('db was not ready within 60s');
});

test('shows what was missed of the scenario as a whole', async () => {
  const source = { file: 'orders.cleangrid.toml', line: 31, column: 3 };
  const check = { what: 'span', expected: 'a span with name "a"', actual: 'no span arrived', source };
  const verdict = failed('expectation', 'not met: span');
  const xml = await report([sampleScenario({ verdict, steps: [sampleStep({})], failedChecks: [check] })]);
  expect(find(xml, 'testsuite')[0]?.attributes).toMatchObject({ tests: '2', failures: '1' });
  expect(find(xml, 'failure')[0]?.text).toContain('span (orders.cleangrid.toml:31:3)');
  expect(find(xml, 'failure')[0]?.text).toContain('no span arrived');
});

test('shows the missed expectation, the output and the log of the services', async () => {
  const source = { file: 'orders.cleangrid.toml', line: 22, column: 3 };
  const result = {
    verdict: failed('expectation', 'stdout differs'),
    failedChecks: [{ what: 'stdout.equals', expected: '3', actual: '4', source }],
    stdout: sampleOutput('4\n'),
    stderr: sampleOutput('careful\n'),
  };
  const serviceLogs = [{ service: id<never>('db'), lines: ['started', 'ERROR: <oops>'] }];
  const xml = await report([
    sampleScenario({ verdict: result.verdict, steps: [sampleStep({ result })], serviceLogs }),
  ]);
  const failure = find(xml, 'failure')[0]?.text ?? '';
  expect(failure).toContain('stdout.equals (orders.cleangrid.toml:22:3)\nexpected: 3\nactual:   4');
  expect(failure).toContain('psql -c "insert"');
  expect(find(xml, 'system-out').map((output) => output.text)).toEqual([
    '4\n',
    'log of db\nstarted\nERROR: <oops>\n',
  ]);
  expect(find(xml, 'system-err')[0]?.text).toBe('careful\n');
});

test('keeps output to what did not pass', async () => {
  const xml = await report([
    sampleScenario({ steps: [sampleStep({ result: { stdout: sampleOutput('x') } })] }),
  ]);
  expect(find(xml, 'system-out')).toEqual([]);
});

test('says where it ran, and that it passed only after a failed attempt', async () => {
  const attempts: ScenarioRecord['attempts'] = [
    {
      shard: id('0'),
      attempt: 1,
      agent: id('a1'),
      host: 'h1',
      fresh: false,
      state: 'closed',
      verdict: failed('timeout', 'too slow'),
    },
    {
      shard: id('0'),
      attempt: 2,
      agent: id('a2'),
      host: 'h2',
      fresh: false,
      state: 'closed',
      verdict: { outcome: 'passed' },
    },
  ];
  const xml = await report([sampleScenario({ flaky: true, attempts, tags: ['smoke'] })]);
  const properties = find(xml, 'property').map(({ attributes }) => [attributes['name'], attributes['value']]);
  expect(Object.fromEntries(properties)).toEqual({
    run: 'run1',
    scenario: 'orders.cleangrid.toml#checkout',
    tag: 'smoke',
    agent: 'a2',
    host: 'h2',
    attempts: '2',
    flaky: 'true',
    'suspected-pollution': 'false',
    'attempt.1': 'failed (timeout): too slow (agent a1, host h1)',
  });
});

test('says that what failed in a used container passed in a fresh one', async () => {
  const place = { shard: id<ShardId>('0'), agent: id<AgentId>('a1'), host: 'h1', state: 'closed' as const };
  const missed = failed('expectation', 'a row too many');
  const attempts = [
    { ...place, attempt: 1, fresh: false, verdict: missed },
    { ...place, attempt: 2, fresh: true, verdict: { outcome: 'passed' as const } },
  ];
  const suspicion = (xml: XmlElement): (string | undefined)[] =>
    find(xml, 'property')
      .filter(({ attributes }) => /suspected|attempt\.1/u.test(attributes['name'] ?? ''))
      .map(({ attributes }) => attributes['value']);
  const polluted = await report([sampleScenario({ flaky: true, attempts })]);
  const ended = 'failed (expectation): a row too many (agent a1, host h1)';
  expect(suspicion(polluted)).toEqual(['true', ended]);
  const again = attempts.map((attempt) => ({ ...attempt, verdict: missed }));
  expect(suspicion(await report([sampleScenario({ verdict: missed, attempts: again })]))).toEqual([
    'false',
    ended,
  ]);
});

test('says what was cut out of an output', async () => {
  const stdout = { head: 'first\n', tail: 'last\n', totalBytes: 1011, cutBytes: 1000 };
  const result = { verdict: failed('expectation', 'no'), stdout };
  const xml = await report([sampleScenario({ verdict: result.verdict, steps: [sampleStep({ result })] })]);
  expect(find(xml, 'system-out')[0]?.text).toBe('first\n… 1000 bytes were not kept …\nlast\n');
});

test('is well-formed whatever the names and the output are, and loses no line of them', async () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(']]>', '<![CDATA[', '&amp;', '\ud800', '"\'', '\u0000\u001b', '\ufffe', '\r\n', '<!--'),
    fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 })
      .map((codes) => String.fromCharCode(...codes)),
  );
  await fc.assert(
    fc.asyncProperty(anything, async (text) => {
      const source = { file: text, line: 1, column: 1 };
      const result = {
        verdict: failed('expectation', text),
        failedChecks: [{ what: text, expected: text, actual: text, source }],
        stdout: sampleOutput(`${text}|`),
      };
      const step = sampleStep({ name: text, command: text, result });
      const xml = await report([sampleScenario({ name: text, suite: text, tags: [text], steps: [step] })]);
      const lines = find(xml, 'system-out')[0]?.text.split('\n').length;
      expect(lines).toBe(text.replaceAll('\r\n', '\n').split('\n').length);
    }),
  );
});

test('asks for the next scenario only after the last one was taken', async () => {
  let asked = 0;
  async function* endless(): AsyncGenerator<ScenarioRecord> {
    for (;;) {
      await Promise.resolve();
      asked += 1;
      yield sampleScenario();
    }
  }
  let cases = 0;
  for await (const piece of junitReport(sampleRun(), endless())) {
    if (piece.includes('<testcase')) cases += 1;
    if (cases === 3) break;
  }
  expect(asked).toBe(3);
});
