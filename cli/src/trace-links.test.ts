import { id } from '@cleangrid/core/ids.ts';
import { sampleRun, sampleScenario } from '@cleangrid/core/report/sample-records.ts';
import { failed, passed } from '@cleangrid/core/verdict.ts';
import { attemptSpanId, queueSpan, runSpan } from '@cleangrid/proto/trace-ids.ts';
import { expect, test } from 'vitest';
import { readTraceUrl, traceLinks } from './trace-links.ts';

const run = sampleRun({ traceUrl: 'http://grid/{trace}/{span}' });
const [sample] = sampleScenario().attempts;
const attempts = [
  { shard: '3.1', attempt: 1, verdict: failed('timeout', 'slow') },
  { shard: '3.2', attempt: 1, verdict: passed },
].flatMap(({ shard, ...attempt }) => (sample ? [{ ...sample, shard: id<never>(shard), ...attempt }] : []));

test('links to the attempt that did not pass, in the one trace of the run', () => {
  const links = traceLinks(run, null);
  const { traceId, spanId } = runSpan(run.run);
  expect(links.run).toBe(`http://grid/${traceId}/${spanId}`);
  const ref = { run: run.run, shard: id<never>('3.1'), attempt: 1 };
  expect(links.scenario({ attempts })).toBe(`http://grid/${traceId}/${attemptSpanId(ref, 'scenario')}`);
});

test("links to the attempt's own trace where it has one", () => {
  const ref = { run: run.run, shard: id<never>('3.1'), attempt: 1 };
  const link = traceLinks({ ...run, traceMode: 'linked' }, null).scenario({ attempts });
  expect(link).toContain(queueSpan('linked', ref).traceId);
});

test('links nowhere without an address, a trace, or an attempt', () => {
  expect(traceLinks({ ...run, traceUrl: null }, null).run).toBeNull();
  expect(traceLinks({ ...run, traceMode: 'off' }, 'http://own/{trace}').run).toBeNull();
  expect(traceLinks(run, null).scenario({ attempts: [] })).toBeNull();
});

test('lets no coordinator steer a terminal', () => {
  const steering = { ...run, traceUrl: 'http://grid/\u001b[2J{trace}\n' };
  expect(traceLinks(steering, null).run).toBe(`http://grid/${runSpan(run.run).traceId}`);
});

test('takes the flag before the environment, and refuses what is no address', () => {
  const environment = { CLEANGRID_TRACE_URL: 'http://exported/{trace}' };
  expect(readTraceUrl({}, { environment })).toBe('http://exported/{trace}');
  expect(readTraceUrl({ traceUrl: 'http://flag/{trace}' }, { environment })).toBe('http://flag/{trace}');
  expect(readTraceUrl({}, { environment: {} })).toBeNull();
  expect(() => readTraceUrl({ traceUrl: 'jaeger' }, { environment: {} })).toThrow(
    "'jaeger' (--trace-url) is not where traces can be looked at",
  );
});
