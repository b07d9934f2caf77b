/** What programs in a container find in their environment, so that their OpenTelemetry libraries send spans to the agent. */

import { spanScheduleMs } from '@cleangrid/core/limits.ts';

/** On the container's loopback. */
export const otlpPorts = { http: 4318, grpc: 4317 } as const;

/** What `env` says goes before: nothing where it names an endpoint, and the endpoint of the protocol that it names. */
export function otlpEnvironment(env: Readonly<Record<string, string>>): Record<string, string> {
  if (env['OTEL_EXPORTER_OTLP_ENDPOINT'] !== undefined) return {};
  const protocol = env['OTEL_EXPORTER_OTLP_PROTOCOL'] ?? 'http/protobuf';
  const port = protocol === 'grpc' ? otlpPorts.grpc : otlpPorts.http;
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_BSP_SCHEDULE_DELAY: String(spanScheduleMs),
  };
}
