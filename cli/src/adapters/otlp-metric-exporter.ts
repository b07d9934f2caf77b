/** Sends metrics over the connections that spans use. What cannot be sent is no loss: sums go on, and the next post has them. */

import { messageOf } from '@cleangrid/core/errors.ts';
import type { OtlpSink } from '@cleangrid/coordinator/trace/otlp-sink.ts';
import { ExportResultCode } from '@opentelemetry/core';
import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { AggregationTemporality, type PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { Logger } from 'pino';

export function otlpMetricExporter(sink: OtlpSink, logger: Logger): PushMetricExporter {
  let isSaid = false;
  const send = async (otlp: Uint8Array): Promise<void> => {
    try {
      const { rejected, reason } = await sink.post([otlp]);
      // Jaeger takes none, and says so each time.
      if (rejected !== 0 && !isSaid) logger.warn({ rejected, reason }, 'the back end rejects metrics');
      isSaid ||= rejected !== 0;
    } catch (error) {
      logger.debug({ reason: messageOf(error) }, 'metrics were not sent this time');
    }
  };
  return {
    export: (metrics, done) => {
      const otlp = ProtobufMetricsSerializer.serializeRequest(metrics);
      void send(otlp ?? new Uint8Array()).then(() => done({ code: ExportResultCode.SUCCESS }));
    },
    selectAggregationTemporality: () => AggregationTemporality.CUMULATIVE,
    forceFlush: async () => {},
    shutdown: async () => sink.close(),
  };
}
