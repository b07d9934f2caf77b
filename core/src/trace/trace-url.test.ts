import { expect, test } from 'vitest';
import { traceLink, traceTemplate } from './trace-url.ts';

const place = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };

test.each(['http://jaeger:16686', 'http://jaeger:16686/'])('takes %s for the address of a Jaeger', (url) => {
  expect(traceLink(traceTemplate(url) ?? '', place)).toBe(
    `http://jaeger:16686/trace/${place.traceId}?uiFind=${place.spanId}`,
  );
});

test('keeps a template as it is written', () => {
  const template = traceTemplate('https://grafana/explore?trace={trace}&again={trace}#{span}') ?? '';
  expect(traceLink(template, place)).toBe(
    `https://grafana/explore?trace=${place.traceId}&again=${place.traceId}#${place.spanId}`,
  );
});

test.each(['jaeger:16686', 'ftp://jaeger/{trace}', '', '{trace}', 'http://'])(
  'knows no page at %j',
  (text) => {
    expect(traceTemplate(text)).toBeNull();
  },
);
