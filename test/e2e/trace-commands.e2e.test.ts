import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Cleangrid, openCleangrid } from '../support/cleangrid.ts';
import { expectWholeTraces } from '../support/expect-traces.ts';
import { openTestGrid } from '../support/grid.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';

const suite = `suite:
  name: traced
scenario:
  - name: knows the answer
    image: debian:12-slim
    steps:
      - run: test "$(cat answer)" = 4
        name: read it
    expect:
      span: [{ name: exec }]
  - name: stays
    image: debian:12-slim
    steps:
      - run: sleep 0.3
        name: wait
`;

/** A suite whose first scenario passes when the answer is 4. */
function writeSuite(answer: number): { folder: string; answer(next: number): void } {
  const folder = mkdtempSync(join(tmpdir(), 'cleangrid-trace-commands-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'traced.cleangrid.yaml'), suite);
  const write = (next: number): void => writeFileSync(join(folder, 'answer'), String(next));
  write(answer);
  return { folder, answer: write };
}

function open(environment: Record<string, string> = {}): Cleangrid {
  const cli = openCleangrid(environment);
  onTestFinished(() => cli.remove());
  return cli;
}

/** Newest first. */
async function runIds(cli: Cleangrid): Promise<string[]> {
  const { stdout } = await cli.run('runs');
  return stdout.split('\n').flatMap((line) => /^\w{10}/u.exec(line)?.[0] ?? []);
}

test('a run can be looked at, searched, checked, and compared with an earlier one', async () => {
  const { folder, answer } = writeSuite(5);
  const cli = open();
  expect(await cli.run('run', folder)).toMatchObject({ exitCode: 1 });
  answer(4);
  expect(await cli.run('run', folder)).toMatchObject({ exitCode: 0 });
  const [green = '', red = ''] = await runIds(cli);

  const tree = await cli.run('trace', 'latest');
  expect(tree).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^run traced .*━/mu) });
  expect(tree.stdout).toMatch(
    /^ {2}scenario stays +\S+ .*━\n {4}queue .*\n {4}lease .*\n[^]* {4}step wait +3\d\dms/mu,
  );
  const one = await cli.run('trace', red, '--scenario', 'answer');
  expect(one.stdout).toMatch(/^scenario knows the answer .*━ +failed \(expectation\)$/mu);
  expect(one.stdout).not.toContain('stays');

  expect(await cli.run('trace', green, '--check')).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('knows the answer  1 expectation of spans'),
  });
  expect(await cli.run('trace', green, '--check', '--scenario', 'stays')).toMatchObject({ exitCode: 2 });

  const found = await cli.run('spans', 'latest', '--grep', '/^process.exit.code=0/');
  expect(found.stdout).toMatch(/stays › exec {2}process\.exit\.code=0\n/u);
  expect(await cli.run('spans', 'latest', '--grep', 'nowhere')).toMatchObject({ exitCode: 1, stdout: '' });

  expect(await cli.run('diff', red, green)).toMatchObject({
    exitCode: 1,
    stdout: expect.stringContaining('knows the answer  failed (expectation) → passed'),
  });
  expect(await cli.run('diff', green, green)).toMatchObject({ exitCode: 0 });
  expect(await cli.run('red-green', red, green)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('Proved: 1 scenario failed before and passes now, 1 passed before.'),
  });
});

/** A span of a program, sent without a library: `send.sh NAME`. */
const send = `IFS=- read -r _ trace span _ <<<"$TRACEPARENT"
id=$(head -c8 /dev/urandom | od -An -tx1 | tr -d ' \\n')
now=$(date +%s%N)
body='{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeSpans":[{"spans":[{
  "traceId":"'$trace'","spanId":"'$id'","parentSpanId":"'$span'","name":"'"$1"'","kind":2,
  "startTimeUnixNano":"'$now'","endTimeUnixNano":"'$((now + 5000000))'"}]}]}]}'
exec 3<>/dev/tcp/127.0.0.1/4318
printf 'POST /v1/traces HTTP/1.1\\r\\nHost: localhost\\r\\nContent-Type: application/json\\r\\nContent-Length: %d\\r\\n\\r\\n%s' \${#body} "$body" >&3
read -r answer <&3
[[ $answer == *" 200 "* ]]
`;

test('spans of programs stand where they belong, and are searched, checked, compared and digested', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cleangrid-trace-commands-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'send.sh'), send);
  const writeAsking = (name: string): void =>
    writeFileSync(
      join(folder, 'shop.cleangrid.yaml'),
      `suite: { name: shop }
scenario:
  - name: serves
    image: debian:12-slim
    steps:
      - { name: ask, run: 'bash send.sh "${name}"' }
    expect:
      span: [{ name: "GET *", parent: exec }]
      counts: { spans_total: { eq: 1 } }
`,
    );
  const cli = open();
  writeAsking('GET /kettle');
  const file = join(folder, 'shop.json');
  expect(await cli.run('record', folder, '-o', file, '--no-keep-warm')).toMatchObject({ exitCode: 0 });
  const tree = await cli.run('trace', 'latest');
  expect(tree.stdout).toMatch(/^ {4}step ask .*\n(?: {6}exec .*\n)? {6,8}GET \/kettle shop +5ms/mu);
  expect(await cli.run('trace', 'latest', '--check')).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('serves  2 expectations of spans'),
  });
  const found = await cli.run('spans', 'latest', '--grep', 'kettle');
  expect(found.stdout).toBe('     5ms  serves › GET /kettle\n');
  expect(await cli.run('repro', file, '--verify-digest', '--no-keep-warm')).toMatchObject({ exitCode: 0 });
  writeAsking('GET /teapot');
  await cli.run('run', folder);
  const [later = '', earlier = ''] = await runIds(cli);
  const { stdout } = await cli.run('diff', earlier, later);
  expect(stdout).toContain(
    'vanished  span      serves › GET /kettle  1\nappeared  span      serves › GET /teapot  1\n',
  );
});

test('who weakens a test proves nothing', async () => {
  const { folder } = writeSuite(5);
  const cli = open();
  await cli.run('run', folder);
  writeFileSync(
    join(folder, 'traced.cleangrid.yaml'),
    suite.replace('name: read it', 'name: read it\n        expect: { exit: any }'),
  );
  expect(await cli.run('run', folder)).toMatchObject({ exitCode: 0 });
  const [green = '', red = ''] = await runIds(cli);
  expect(await cli.run('red-green', red, green)).toMatchObject({
    exitCode: 1,
    stdout: expect.stringContaining('ANOTHER TEST   knows the answer'),
  });
});

test('a recording is repeated with the files that it was made of, and its digest tells whether the same came of it', async () => {
  const { folder, answer } = writeSuite(5);
  const cli = open();
  const file = join(folder, 'bug.json');
  const digest = join(folder, 'digest.txt');
  const flags = ['--no-keep-warm', '--digest', digest];
  expect(await cli.run('record', folder, '-o', file, ...flags)).toMatchObject({ exitCode: 1 });
  const recorded = readFileSync(digest, 'utf8');
  answer(4);
  expect(await cli.run('repro', file, '--verify-digest', ...flags)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('Reproduced: the digest is '),
  });
  expect(readFileSync(digest, 'utf8')).toBe(recorded);
  expect(await cli.run('repro', file, '--no-keep-warm')).toMatchObject({ exitCode: 1 });
});

test('the traces of a grid are read and linked to as those of a machine, also where each attempt has its own', async () => {
  const { folder } = writeSuite(5);
  const grid = await openTestGrid({ CLEANGRID_TRACE_URL: 'http://jaeger.example' });
  onTestFinished(() => grid.close());
  await grid.startAgent('a1');
  const { stdout, exitCode } = await grid.cli.run('run', '--trace-mode', 'linked', folder);
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/^trace http:\/\/jaeger\.example\/trace\/[0-9a-f]{32}\?uiFind=[0-9a-f]{16}$/mu);
  const [, linked = ''] = /^ {2}trace {5}\S+\/trace\/([0-9a-f]{32})/mu.exec(stdout) ?? [];
  const tree = await grid.cli.run('trace', 'latest');
  expect(tree.stdout).toMatch(/^run traced /mu);
  expect(tree.stdout).toMatch(
    new RegExp(`^ {2}scenario knows the answer .*failed \\(expectation\\) {2}trace ${linked}$`, 'mu'),
  );
  const json = await grid.cli.run('trace', 'latest', '--scenario', 'stays', '--json');
  const { spans } = JSON.parse(json.stdout) as { spans: { name: string }[] };
  expect(spans.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['run traced', 'queue', 'scenario stays']),
  );
  expect(spans.map(({ name }) => name)).not.toContain('scenario knows the answer');
  const own = await grid.cli.run('show', 'latest', '--trace-url', 'http://own/{trace}');
  expect(own.stdout).toContain(`trace     http://own/${linked}\n`);
});

test('spans that a run could not send are sent by the next one', async () => {
  const { folder } = writeSuite(4);
  const receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.goAway());
  const cli = open({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.http });
  await receiver.goAway();
  expect(await cli.run('run', folder)).toMatchObject({ exitCode: 0 });
  await receiver.comeBack();
  expect(await cli.run('run', folder)).toMatchObject({ exitCode: 0 });
  const runs = Map.groupBy(receiver.spans, ({ traceId }) => traceId);
  expect(runs.size).toBe(2);
  for (const spans of runs.values()) expectWholeTraces(spans);
});
