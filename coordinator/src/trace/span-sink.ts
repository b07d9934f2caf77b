/** The port to a back end for traces. Adapters: OTLP over HTTP and over gRPC. */

export interface SpanSink {
  /** `otlp`: one or more `TracesData`. Rejects where the same may work later, also when nothing answers for `spanPostMsMax`. */
  post(otlp: Uint8Array): Promise<SinkAnswer>;
  close(): void;
}

export interface SinkAnswer {
  /** How many of the spans the back end does not want; `all`: whatever is tried, it never will. */
  rejected: number | 'all';
  /** Why, for the log; empty where nothing was rejected. */
  reason: string;
}
