import { expect, test } from 'vitest';
import { otlpSettings } from './grid-settings.ts';
import { readOtlp } from './read-otlp.ts';
import { Settings } from './settings.ts';

const read = (environment: NodeJS.ProcessEnv, flags = {}) =>
  readOtlp(new Settings(otlpSettings, { flags, environment, file: new Map() }));

test("spans go where OpenTelemetry's variables say, and nowhere without them", async () => {
  expect(await read({})).toBeNull();
  expect(
    await read({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://traces:4317',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_HEADERS: 'X-Key=a%20b, other=c=d',
    }),
  ).toEqual({
    protocol: 'grpc',
    url: new URL('https://traces:4317'),
    headers: { 'x-key': 'a b', other: 'c=d' },
    ca: null,
  });
});

test('a flag wins over its variable', async () => {
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a:1' };
  expect(await read(environment, { otlpEndpoint: 'http://b:2' })).toMatchObject({
    protocol: 'http/protobuf',
    url: new URL('http://b:2'),
  });
});

test.each([
  [{ otlpEndpoint: 'traces:4317' }, 'is not an endpoint'],
  [{ otlpEndpoint: 'http://a', otlpProtocol: 'http/json' }, 'is not a protocol'],
  [{ otlpEndpoint: 'http://a', otlpHeaders: 'x' }, 'NAME=VALUE'],
  [{ otlpEndpoint: 'http://a', otlpCa: '/nowhere.pem' }, 'cannot read the CA'],
])('what is wrong with %o is said', async (flags, said) => {
  await expect(read({}, flags)).rejects.toMatchObject({
    code: 'bad_usage',
    message: expect.stringContaining(said),
  });
});
