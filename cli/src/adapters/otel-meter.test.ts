import { ownMetrics, type OwnMetric, type OwnMetricName } from '@cleangrid/core/metrics/own-metrics.ts';
import type { Meter } from '@cleangrid/core/metrics/meter.ts';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { openOtelMeter, type OtelMeter } from './otel-meter.ts';
import { otlpMetricExporter } from './otlp-metric-exporter.ts';

const logger = pino({ enabled: false });

function open(by: OwnMetric['by'], sent: Uint8Array[] = []): OtelMeter {
  const sink = {
    post: async (otlp: readonly Uint8Array[]) => {
      sent.push(...otlp);
      return { rejected: 0, reason: '' };
    },
    close: () => {},
  };
  return openOtelMeter({ by, instance: 'a1', sink, logger });
}

/** Of `kind`, as its place in the table says. */
function move(meter: Meter, name: OwnMetricName, { kind, attributes }: OwnMetric): void {
  const some = Object.fromEntries(attributes.map((attribute) => [attribute, 'one']));
  if (kind === 'counter') meter.add(name as never, 3, some);
  else if (kind === 'histogram') meter.record(name as never, 3, some);
  else meter.observe(name as never, () => [{ value: 3, attributes: some }]);
}

const metrics = Object.entries(ownMetrics) as [OwnMetricName, OwnMetric][];

test.each(metrics)(
  '%s is read as Prometheus does and sent over OTLP, with what it is and its value',
  async (name, metric) => {
    const sent: Uint8Array[] = [];
    const meter = open(metric.by, sent);
    move(meter, name, metric);
    const text = await meter.text();
    const word = name.replaceAll('.', '_');
    const suffix = { counter: '_total', gauge: '', histogram: '_sum' }[metric.kind];
    expect(text).toContain(`# HELP ${word}${metric.kind === 'counter' ? suffix : ''} ${metric.meaning}`);
    const line = text.split('\n').find((one) => one.startsWith(`${word}${suffix}{`));
    expect(line).toMatch(/\} 3$/u);
    for (const attribute of metric.attributes)
      expect(line).toContain(`${attribute.replaceAll('.', '_')}="one"`);
    for (const bound of metric.boundaries ?? []) expect(text).toContain(`le="${bound}"`);
    await meter.close();
    expect(Buffer.concat(sent).toString('latin1')).toContain(name);
  },
);

test('a counter is there before it has counted anything', async () => {
  const text = await open('coordinator').text();
  expect(text).toMatch(/cleangrid_shards_reassigned_total\{.*\} 0/u);
});

test('who cannot be reached keeps nobody from reading', async () => {
  const sink = { post: () => Promise.reject(new Error('away')), close: () => {} };
  const meter = openOtelMeter({ by: 'coordinator', instance: null, sink, logger });
  meter.add('cleangrid.shards.reassigned', 2);
  await meter.close();
  expect(await open('agent').text()).toContain('cleangrid_pool_hits_total');
});

test('a back end that takes no metrics is told of once', async () => {
  const lines: string[] = [];
  const sink = {
    post: async () => ({ rejected: 'all' as const, reason: 'HTTP status 404' }),
    close: () => {},
  };
  const exporter = otlpMetricExporter(sink, pino({}, { write: (line) => void lines.push(line) }));
  const metrics = { resource: resourceFromAttributes({}), scopeMetrics: [] };
  for (const _ of [1, 2]) await new Promise((resolve) => exporter.export(metrics, resolve));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('HTTP status 404');
});
