/** The port to metrics. Adapter: OpenTelemetry's SDK, in processes that live long enough for somebody to read them. */

import type { CounterName, GaugeName, HistogramName } from './own-metrics.ts';

export type MetricAttributes = Readonly<Record<string, string>>;

export interface Meter {
  /** Cheap enough for every result: sums are kept until they are read. */
  add(name: CounterName, count: number, attributes?: MetricAttributes): void;
  record(name: HistogramName, value: number, attributes?: MetricAttributes): void;
  /** `read` is called whenever somebody looks. */
  observe(name: GaugeName, read: () => readonly MetricReading[]): void;
}

export interface MetricReading {
  value: number;
  attributes?: MetricAttributes;
}

/** Nobody looks. */
export const noMeter: Meter = { add: () => {}, record: () => {}, observe: () => {} };
