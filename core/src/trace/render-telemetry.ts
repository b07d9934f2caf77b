/** The text of `docs/telemetry.md`: `npm run telemetry` writes it, and a test compares. */

import { singleTraceSpansMax } from '../limits.ts';
import { type OwnMetric, ownMetrics } from '../metrics/own-metrics.ts';
import { errorTypes } from './error-type.ts';
import { attributeMeanings, type OwnSpan, ownSpans } from './own-spans.ts';

export function renderTelemetry(): string {
  return `${[
    '# Telemetry',
    '',
    'Written from `core/src/trace/own-spans.ts` and `core/src/metrics/own-metrics.ts` by `npm run telemetry`. What users do with it is in `docs/cli.md`.',
    '',
    '## Spans',
    '',
    '| span | made by | kind | parent | |',
    '|---|---|---|---|---|',
    ...Object.values(ownSpans).map(spanRow),
    '',
    'Where a span is named after something, the name follows the word in the table. Its status is an error where its verdict is failed, broken or cancelled.',
    'Ids come from run, shard, attempt and step: whoever knows these knows the link.',
    '',
    '## Traces',
    '',
    `\`--trace-mode auto\` makes one trace of a run of at most ${singleTraceSpansMax.toLocaleString('en')} planned spans (\`single\`). Of a larger one (\`linked\`) each attempt has`,
    'a trace of its own that links to the run. `off` records nothing.',
    '',
    'Every step finds `TRACEPARENT`, `TRACESTATE` (empty) and `BAGGAGE` (`cleangrid.run` and `cleangrid.scenario`) in its environment, unless it sets them itself.',
    '',
    '## Attributes',
    '',
    '| attribute | of | |',
    '|---|---|---|',
    ...Object.entries(attributeMeanings).map(([name, meaning]) => attributeRow(name, meaning)),
    '',
    '## Metrics',
    '',
    'Coordinator and agents post them to `--otlp-endpoint`, and answer `/metrics` on the address of `--health` for Prometheus, which reads',
    '`_` for `.`, with `_total` behind counters and `_bucket`, `_sum` and `_count` behind histograms.',
    '',
    '| metric | of | kind | unit | attributes | |',
    '|---|---|---|---|---|---|',
    ...Object.entries(ownMetrics).map(([name, metric]) => metricRow(name, metric)),
    '',
    '## `error.type`',
    '',
    errorTypes.map((type) => `\`${type}\``).join(', '),
  ].join('\n')}\n`;
}

function spanRow(span: OwnSpan): string {
  const name = span.named === null ? `\`${span.name}\`` : `\`${span.name}\` and the ${span.named}`;
  return `| ${name} | ${span.by} | ${span.kind} | ${span.parent ?? ''} | ${span.meaning} |`;
}

function metricRow(name: string, { by, kind, unit, attributes, meaning }: OwnMetric): string {
  const carried = attributes.map((attribute) => `\`${attribute}\``).join(', ');
  return `| \`${name}\` | ${by} | ${kind} | ${unit} | ${carried} | ${meaning} |`;
}

function attributeRow(attribute: string, meaning: string): string {
  const carriers = Object.values(ownSpans).filter(({ attributes }) =>
    attributes.some((one) => one === attribute),
  );
  return `| \`${attribute}\` | ${carriers.map(({ name }) => name).join(', ')} | ${meaning} |`;
}
