/** A meter that a test looks at. */

import type { Meter, MetricReading } from '../metrics/meter.ts';
import type { GaugeName } from '../metrics/own-metrics.ts';

export interface RecordingMeter extends Meter {
  /** Sums of counters and counts of records, by name and values of attributes. */
  readonly counts: Readonly<Record<string, number>>;
  /** Of histograms, by name. */
  readonly records: Readonly<Record<string, number[]>>;
  read(name: GaugeName): readonly MetricReading[];
}

export function recordingMeter(): RecordingMeter {
  const counts: Record<string, number> = {};
  const records: Record<string, number[]> = {};
  const reads = new Map<GaugeName, () => readonly MetricReading[]>();
  const count = (name: string, by: number, attributes: object = {}): void => {
    const key = [name, ...Object.values(attributes)].join(' ');
    counts[key] = (counts[key] ?? 0) + by;
  };
  return {
    counts,
    records,
    add: count,
    record(name, value, attributes) {
      count(name, 1, attributes);
      (records[name] ??= []).push(value);
    },
    observe: (name, read) => void reads.set(name, read),
    read: (name) => reads.get(name)?.() ?? [],
  };
}
