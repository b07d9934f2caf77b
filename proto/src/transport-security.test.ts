import { GridError } from '@cleangrid/core/errors.ts';
import { describe, expect, it } from 'vitest';
import { decideTransport, isLoopback, type TransportSettings } from './transport-security.ts';

const none = { certificate: null, key: null, ca: null };
const files = { certificate: 'cert.pem', key: 'key.pem', ca: 'ca.pem' };

function settings(changes: Partial<TransportSettings<string>>): TransportSettings<string> {
  return { purpose: 'listen', hosts: ['0.0.0.0'], tls: none, hasSecret: false, insecure: false, ...changes };
}

function refusalOf(changes: Partial<TransportSettings<string>>): GridError {
  try {
    decideTransport(settings(changes));
  } catch (error) {
    if (error instanceof GridError) return error;
  }
  throw new Error('it was not refused');
}

describe('decideTransport', () => {
  it('wants nothing on loopback, and says that it is only there', () => {
    expect(decideTransport(settings({ hosts: ['127.0.0.1', '::1'] }))).toEqual({
      tls: null,
      words: 'plain text, loopback only',
    });
  });

  it.each([
    ['both', {}, 'needs TLS and a token'],
    ['TLS', { hasSecret: true }, 'needs TLS'],
    ['a token', { tls: files }, 'needs a token'],
  ])('wants %s beyond loopback, and says how to give it', (_what, changes, message) => {
    const refusal = refusalOf(changes);
    expect(refusal.code).toBe('bad_usage');
    expect(refusal.message).toBe(`listening on 0.0.0.0, beyond loopback, ${message}`);
    expect(refusal.hint).toMatch(
      /--tls-cert.*--tls-key.*--tls-ca.*CLEANGRID_TOKEN.*--token-file.*--insecure/,
    );
  });

  it('wants it when one of several hosts is beyond loopback', () => {
    expect(refusalOf({ purpose: 'nats', hosts: ['localhost', 'nats-2'] }).message).toContain('nats-2');
  });

  it('takes TLS and a secret anywhere', () => {
    expect(decideTransport(settings({ tls: files, hasSecret: true }))).toEqual({
      tls: files,
      words: 'TLS with client certificates, and a token',
    });
  });

  it('takes less when it is told to, and says what is missing', () => {
    expect(decideTransport(settings({ insecure: true }))).toEqual({
      tls: null,
      words: 'INSECURE by request: plain text beyond loopback',
    });
    expect(decideTransport(settings({ insecure: true, tls: files })).words).toContain('no token');
  });

  it.each(['certificate', 'key', 'ca'] as const)(
    'refuses TLS without its %s, also on loopback',
    (missing) => {
      const refusal = refusalOf({ hosts: ['localhost'], tls: { ...files, [missing]: null } });
      expect(refusal.message).toMatch(/^TLS is set up without (a certificate|its key|a CA)$/);
    },
  );

  it('asks for the credentials of NATS by its own options', () => {
    const refusal = refusalOf({ purpose: 'nats', hosts: ['nats'] });
    expect(refusal.message).toContain('TLS and credentials');
    expect(refusal.hint).toContain('--nats-creds');
  });
});

describe('isLoopback', () => {
  it.each(['localhost', 'LOCALHOST', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])('is %s', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each(['', '0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.com', 'localhost.example.com', '128.0.0.1'])(
    'is not %s',
    (host) => {
      expect(isLoopback(host)).toBe(false);
    },
  );
});
