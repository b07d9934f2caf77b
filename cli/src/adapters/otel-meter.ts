/** Metrics by OpenTelemetry's SDK: read as Prometheus' text, and sent to an OTLP back end where there is one. */

import { type Meter as Instruments, type ObservableResult, ValueType } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import type { Meter, MetricAttributes } from '@cleangrid/core/metrics/meter.ts';
import { type OwnMetric, type OwnMetricName, ownMetrics } from '@cleangrid/core/metrics/own-metrics.ts';
import { metricsPeriodMs, metricsPostMsMax } from '@cleangrid/core/limits.ts';
import { version } from '@cleangrid/core/version.ts';
import type { OtlpSink } from '@cleangrid/coordinator/trace/otlp-sink.ts';
import type { Logger } from 'pino';
import { otlpMetricExporter } from './otlp-metric-exporter.ts';

export interface OtelMeterOptions {
  by: OwnMetric['by'];
  /** Which one of them it is; null: the only one. */
  instance: string | null;
  /** Closed with the meter; null: metrics are only read. */
  sink: OtlpSink | null;
  logger: Logger;
}

export interface OtelMeter extends Meter {
  /** Prometheus' text format. */
  text(): Promise<string>;
  /** Sends what there is for the last time. */
  close(): Promise<void>;
}

export function openOtelMeter({ by, instance, sink, logger }: OtelMeterOptions): OtelMeter {
  // Without a server of its own: the health listener answers.
  const prometheus = new PrometheusExporter({ preventServerStart: true });
  const serializer = new PrometheusSerializer();
  const pushing = sink && {
    exporter: otlpMetricExporter(sink, logger),
    exportIntervalMillis: metricsPeriodMs,
    exportTimeoutMillis: metricsPostMsMax,
  };
  const provider = new MeterProvider({
    resource: resourceFromAttributes({
      'service.name': `cleangrid-${by}`,
      'service.version': version,
      ...(instance !== null && { 'service.instance.id': instance }),
    }),
    readers: [prometheus, ...(pushing ? [new PeriodicExportingMetricReader(pushing)] : [])],
  });
  return {
    ...instrumentsOf(by, provider.getMeter('cleangrid')),
    text: async () => serializer.serialize((await prometheus.collect()).resourceMetrics),
    close: () => provider.shutdown(),
  };
}

/** One of each metric of the table. */
function instrumentsOf(by: OwnMetric['by'], instruments: Instruments): Meter {
  const counters = new Map<OwnMetricName, Sums>();
  const histograms = new Map<OwnMetricName, ReturnType<Instruments['createHistogram']>>();
  const gauges = new Map<OwnMetricName, ReturnType<Instruments['createObservableGauge']>>();
  for (const [name, metric] of Object.entries(ownMetrics) as [OwnMetricName, OwnMetric][]) {
    if (metric.by !== by) continue;
    const options = { description: metric.meaning, unit: metric.unit };
    if (metric.kind === 'counter') {
      const sums = new Sums();
      counters.set(name, sums);
      const counter = instruments.createObservableCounter(name, { ...options, valueType: ValueType.INT });
      counter.addCallback((result) => sums.tell(result));
    } else if (metric.kind === 'histogram') {
      const advice = { explicitBucketBoundaries: [...(metric.boundaries ?? [])] };
      histograms.set(name, instruments.createHistogram(name, { ...options, advice }));
    } else {
      gauges.set(name, instruments.createObservableGauge(name, { ...options, valueType: ValueType.INT }));
    }
  }
  return {
    add: (name, count, attributes = {}) => counters.get(name)?.add(count, attributes),
    record: (name, value, attributes = {}) => histograms.get(name)?.record(value, attributes),
    observe: (name, read) =>
      gauges.get(name)?.addCallback((result) => {
        for (const { value, attributes } of read()) result.observe(value, attributes);
      }),
  };
}

/** A counter that costs a look into a map: the SDK's own makes a key of all attributes each time. */
class Sums {
  readonly #byValues = new Map<string, { sum: number; attributes: MetricAttributes }>();

  constructor() {
    // One without attributes is there before it counted anything.
    this.#byValues.set('', { sum: 0, attributes: {} });
  }

  add(count: number, attributes: MetricAttributes): void {
    const key = Object.values(attributes).join(' ');
    const known = this.#byValues.get(key);
    if (known) known.sum += count;
    else this.#byValues.set(key, { sum: count, attributes });
  }

  tell(result: ObservableResult): void {
    for (const [key, { sum, attributes }] of this.#byValues)
      if (key !== '' || this.#byValues.size === 1) result.observe(sum, attributes);
  }
}
