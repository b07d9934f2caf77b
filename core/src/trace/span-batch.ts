/** Spans on their way: nobody between who made them and the back end opens them. */

export interface SpanBatch {
  count: number;
  /** A `TracesData` of OTLP. */
  otlp: Uint8Array;
}

/** Names one span, as in `trace-ids.ts`. */
export interface SpanPlace {
  traceId: string;
  spanId: string;
}
