import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ipAddressBytes } from './ip-address.ts';

test('knows IPv4, IPv6 and what is neither', () => {
  expect(ipAddressBytes('127.0.0.1')).toEqual(Uint8Array.of(127, 0, 0, 1));
  expect(ipAddressBytes('::1')?.at(-1)).toBe(1);
  expect(ipAddressBytes('::ffff:1.2.3.4')).toEqual(
    Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 1, 2, 3, 4),
  );
  expect(ipAddressBytes('localhost')).toBeNull();
});

test('gives sixteen bytes for every spelling of an IPv6 address, the same as the URL parser reads', () => {
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const canonical = new URL(`http://[${text}]`).hostname.slice(1, -1);
      expect(ipAddressBytes(text)).toHaveLength(16);
      expect(ipAddressBytes(canonical)).toEqual(ipAddressBytes(text));
    }),
  );
});
