/** The port to a back end for traces or metrics. Adapters: OTLP over HTTP and over gRPC. */

export interface OtlpSink {
  /** `otlp`: pieces that are one after the other `TracesData`, or a `MetricsData`. Rejects where the same may work later, also when nothing answers for `spanPostMsMax`. */
  post(otlp: readonly Uint8Array[]): Promise<SinkAnswer>;
  close(): void;
}

export interface SinkAnswer {
  /** How many of the spans or data points the back end does not want; `all`: whatever is tried, it never will. */
  rejected: number | 'all';
  /** Why, for the log; empty where nothing was rejected. */
  reason: string;
}

/** One connection carries one of them. */
export type OtlpSignal = 'traces' | 'metrics';

/** Where to, and what every post carries. */
export interface OtlpTarget {
  /** `http:` or `https:`, as OTEL_EXPORTER_OTLP_ENDPOINT has it. */
  url: URL;
  headers: Readonly<Record<string, string>>;
  /** PEM of the CA that signed the certificate of the back end; null: one of those that everybody trusts. */
  ca: Buffer | null;
}
