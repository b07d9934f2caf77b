import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OwnMetric, ownMetrics } from '@cleangrid/core/metrics/own-metrics.ts';
import { expect, test } from 'vitest';

interface Dashboard {
  panels: { title: string; targets?: { expr: string; legendFormat: string }[] }[];
}

const file = join(import.meta.dirname, '../../deploy/grafana-dashboard.json');
const dashboard = JSON.parse(readFileSync(file, 'utf8')) as Dashboard;
const queries = dashboard.panels.flatMap(({ targets = [] }) => targets);

/** As a query of a panel names it. */
function queried(name: string, { kind }: OwnMetric): string {
  return name.replaceAll('.', '_') + { counter: '_total', histogram: '_bucket', gauge: '' }[kind];
}

const names = new Map(Object.entries(ownMetrics).map(([name, metric]) => [queried(name, metric), metric]));
/** Of series, and of what they are grouped by. */
const words = new Set(queries.flatMap(({ expr }) => expr.match(/cleangrid_\w+/gu) ?? []));
const attributes = [...names.values()].flatMap((metric) => metric.attributes);
const labels = new Set(attributes.map((attribute) => attribute.replaceAll('.', '_')));

test('the dashboard asks for nothing that is not there', () => {
  expect(words.size).toBeGreaterThan(0);
  expect([...words].filter((word) => !names.has(word) && !labels.has(word))).toEqual([]);
});

test('the dashboard shows every metric', () => {
  expect([...names.keys()].filter((name) => !words.has(name))).toEqual([]);
});

test('the dashboard groups by what the metric carries, and says it in the legend', () => {
  for (const { expr, legendFormat } of queries) {
    const [, by = ''] = /\{\{(\w+)\}\}/u.exec(legendFormat) ?? [];
    if (by === '') continue;
    expect(expr).toMatch(new RegExp(`by \\([^)]*\\b${by}\\b`, 'u'));
    const series = expr.match(/cleangrid_\w+/gu)?.find((word) => names.has(word)) ?? '';
    expect(names.get(series)?.attributes.map((attribute) => attribute.replaceAll('.', '_'))).toContain(by);
  }
});
