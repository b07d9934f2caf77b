/** Spans as one JSON document, each on a line of its own. */

import type { RunRecord } from '@cleangrid/core/run-service.ts';
import { isOwnSpan } from '@cleangrid/core/trace/arrived-spans.ts';
import type { ReadSpan } from './read-trace.ts';
import type { Output } from './terminal.ts';

export class SpanWriter {
  count = 0;
  readonly #out: Output;

  constructor(out: Output, { run, traceMode }: RunRecord) {
    this.#out = out;
    const head = { format: 'cleangrid-trace', version: 1, run, traceMode };
    out.write(`${JSON.stringify(head).slice(0, -1)},"spans":[`);
  }

  write({ span, of }: ReadSpan): void {
    const whose = { shard: of?.shard ?? null, attempt: of?.attempt ?? null, isOwn: isOwnSpan(span) };
    this.#out.write(`${this.count === 0 ? '\n' : ',\n'}${JSON.stringify({ ...whose, ...span })}`);
    this.count += 1;
  }

  end(): void {
    this.#out.write('\n]}\n');
  }
}
