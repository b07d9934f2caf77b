import { expect, test } from 'vitest';
import { explainNoConnection } from './no-connection.ts';

const asGrpcSays = (error: string): string =>
  `No connection established. Last error: ${error}. Resolution note: `;

test.each([
  [
    'Error: connect ECONNREFUSED 127.0.0.1:7400',
    { reason: 'nobody listens there', hint: expect.stringContaining('cleangrid coordinator') },
  ],
  [
    'Failed to connect (2026-11-23T07:27:42.483Z)',
    { reason: 'it took the connection and ended it', hint: expect.stringContaining('--tls-ca') },
  ],
  [
    'Error: self-signed certificate in certificate chain',
    { reason: 'self-signed certificate in certificate chain', hint: expect.stringContaining('--tls-ca') },
  ],
  ['Error: a new kind of trouble', { reason: 'a new kind of trouble' }],
])('says of %s what to do', (error, explained) => {
  expect(explainNoConnection(asGrpcSays(error))).toEqual(explained);
});

test('says that a name is not known', () => {
  expect(explainNoConnection('Name resolution failed for target dns:none:7400').reason).toBe(
    'its host name is not known',
  );
});

test('says what it is told where grpc-js adds nothing', () => {
  expect(explainNoConnection('Connection dropped')).toEqual({ reason: 'Connection dropped' });
});
