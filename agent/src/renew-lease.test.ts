import { leaseMs, leaseRenewMs } from '@cleangrid/core/limits.ts';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { movedClock } from './fake/moved-clock.ts';
import type { Lease } from './pool/lease.ts';
import { renewLease } from './renew-lease.ts';

const logger = pino({ enabled: false });

function renewed(renew: () => void) {
  const { clock, advance } = movedClock();
  const end = renewLease({ renew } as Lease, { clock, logger });
  return { advance, end };
}

test('renews a lease several times before it would end, until its holder ends', () => {
  let renewals = 0;
  const { advance, end } = renewed(() => (renewals += 1));
  advance(leaseMs - 1);
  expect(renewals).toBe(Math.ceil(leaseMs / leaseRenewMs) - 1);
  end();
  advance(leaseMs);
  expect(renewals).toBe(Math.ceil(leaseMs / leaseRenewMs) - 1);
});

test('renews it again after a renewal that could not be written', () => {
  let asked = 0;
  const { advance } = renewed(() => {
    asked += 1;
    throw new Error('the disk is full');
  });
  advance(3 * leaseRenewMs);
  expect(asked).toBe(3);
});
