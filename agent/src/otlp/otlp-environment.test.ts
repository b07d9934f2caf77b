import { expect, test } from 'vitest';
import { otlpEnvironment } from './otlp-environment.ts';

test.each<[string, Record<string, string>, string | undefined]>([
  ['HTTP', {}, 'http://127.0.0.1:4318'],
  ['the protocol that the suite names', { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'http://127.0.0.1:4317'],
  [
    'nothing where the suite has an endpoint of its own',
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel:4318' },
    undefined,
  ],
])('names the endpoint for %s', (_, env, endpoint) => {
  const set = otlpEnvironment(env);
  expect(set['OTEL_EXPORTER_OTLP_ENDPOINT']).toBe(endpoint);
  expect(Object.keys(set)).toHaveLength(endpoint === undefined ? 0 : 3);
});
