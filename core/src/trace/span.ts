/** A span as plain data, whoever made it: cleangrid itself, a step, or a service. JSON-safe. */

export interface Span {
  /** 32 lower-case hexadecimal digits. */
  traceId: string;
  /** 16 lower-case hexadecimal digits. */
  spanId: string;
  parentSpanId: string | null;
  name: string;
  kind: SpanKind;
  /** Integer microseconds since the Unix epoch, both by the clock of the host that made the span. */
  startUs: number;
  endUs: number;
  attributes: Attributes;
  events: SpanEvent[];
  links: SpanLink[];
  status: SpanStatus;
  /** Attributes of what made the span, such as `service.name` and `host.name`. */
  resource: Attributes;
  /** Name of the instrumentation scope; empty where there is none. */
  scope: string;
}

export const spanKinds = ['internal', 'server', 'client', 'producer', 'consumer'] as const;
export type SpanKind = (typeof spanKinds)[number];

export const statusCodes = ['unset', 'ok', 'error'] as const;
export type StatusCode = (typeof statusCodes)[number];

export interface SpanStatus {
  code: StatusCode;
  /** Empty unless something was said. */
  message: string;
}

export interface SpanEvent {
  name: string;
  /** Integer microseconds since the Unix epoch. */
  atUs: number;
  attributes: Attributes;
}

export interface SpanLink {
  traceId: string;
  spanId: string;
  attributes: Attributes;
}

export type AttributeValue = string | number | boolean | readonly (string | number | boolean)[];

export type Attributes = Readonly<Record<string, AttributeValue>>;
