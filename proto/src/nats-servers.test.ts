import { describe, expect, it } from 'vitest';
import { readNatsServers, withoutUser } from './nats-servers.ts';

describe('readNatsServers', () => {
  it('reads hosts, ports, and the user of the first that has one', () => {
    expect(readNatsServers(['nats-1', 'nats://me:p%40ss@nats-2:4333', 'tls://[::1]'])).toEqual({
      addresses: ['nats-1:4222', 'nats-2:4333', '[::1]:4222'],
      hosts: ['nats-1', 'nats-2', '[::1]'],
      user: { name: 'me', password: 'p@ss' },
    });
    expect(readNatsServers(['127.0.0.1:4222']).user).toBeNull();
  });

  it.each(['', 'http://nats', 'nats://', 'nats://me:secret@', 'me:secret@a host'])(
    'refuses %j, and repeats no password',
    (url) => {
      expect(() => readNatsServers([url])).toThrow(expect.objectContaining({ code: 'bad_usage' }));
      expect(() => readNatsServers([url])).not.toThrow(/secret/);
    },
  );
});

describe('withoutUser', () => {
  it.each([
    ['nats://nats:4222', 'nats://nats:4222'],
    ['nats:4222', 'nats:4222'],
    ['tls://me:secret@nats:4222', 'tls://…@nats:4222'],
    ['me:secret@nats', '…@nats'],
    ['nats://me:se/cr@et@nats', 'nats://…@nats'],
  ])('shows %j as %j', (url, shown) => {
    expect(withoutUser(url)).toBe(shown);
  });
});
