/** The text of `docs/telemetry.md`: `npm run telemetry` writes it, and a test compares. */

import { formatBytes } from '../bytes.ts';
import { formatDuration } from '../duration.ts';
import {
  attemptSpanBytesMax,
  attemptSpansMax,
  otlpBodyBytesMax,
  singleTraceSpansMax,
  spanBytesMax,
  spanFieldsMax,
  spansQuietMs,
  spansWaitMsMax,
} from '../limits.ts';
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
    '`cleangrid trace`, `spans` and `diff` read them in the terminal, and `--trace-url` prints links to them.',
    '',
    '## Traces',
    '',
    `\`--trace-mode auto\` makes one trace of a run of at most ${singleTraceSpansMax.toLocaleString('en')} planned spans (\`single\`). Of a larger one (\`linked\`) each attempt has`,
    'a trace of its own that links to the run. `off` records nothing.',
    '',
    'Every step finds `TRACEPARENT`, `TRACESTATE` (empty) and `BAGGAGE` (`cleangrid.run` and `cleangrid.scenario`) in its environment, unless it sets them itself.',
    '',
    ...foreignSpans,
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
    '`_` for `.`, with `_total` behind counters and `_bucket`, `_sum` and `_count` behind histograms. `deploy/grafana-dashboard.json` shows',
    'all of them in Grafana. A back end that takes no metrics, like Jaeger, gets the spans all the same.',
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

/** `agent/src/otlp` does what is said here. */
const foreignSpans = [
  '## Spans of the programs under test',
  '',
  'In every container of a scenario the agent listens on the loopback: `127.0.0.1:4318` for OTLP over HTTP (protobuf and JSON, plain and gzip, `POST /v1/traces`) and `127.0.0.1:4317` for',
  'OTLP over gRPC. It needs no network and opens no port. Metrics and logs are refused: 404, or `UNIMPLEMENTED`.',
  '',
  'Services and steps find `OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_PROTOCOL` (`http/protobuf`) and `OTEL_BSP_SCHEDULE_DELAY` in their environment, unless the suite sets them itself: with an',
  'endpoint of its own none of the three is set, with the protocol `grpc` the endpoint is the one for it. A service that listens on these ports itself keeps them, and spans in its container go to it. By plain exec',
  'there is no endpoint, and a scenario that expects spans is broken with that reason.',
  '',
  'A span belongs to the scenario whose trace it is in, of those that hold the container it came from; of several in one trace, to the one whose span is above it; in another trace, to the sole holder. One that ended before the',
  'holder had the container was left by an earlier one. What belongs to nobody is counted (`cleangrid.spans.unattributed`) and logged. Spans are stored and sent on as they came. Their resource is given `host.id`,',
  '`container.id`, `cicd.pipeline.run.id`, `cleangrid.shard` and `cleangrid.attempt` where it has none.',
  '',
  `A scenario may send ${attemptSpansMax.toLocaleString('en')} spans and ${formatBytes(attemptSpanBytesMax)}, a post has at most ${formatBytes(otlpBodyBytesMax)}, a span ${formatBytes(spanBytesMax)} and ${spanFieldsMax.toLocaleString('en')} attributes, events and links. What is beyond is not taken, and counted`,
  '(`cleangrid.spans.cut`): a scenario that expects something of its spans fails then.',
  '',
  `At its end a scenario that expects spans waits for them: until everything is met that more spans cannot change, else until none came for ${formatDuration(spansQuietMs)}; for what is missing at most ${formatDuration(spansWaitMsMax)}.`,
];

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
