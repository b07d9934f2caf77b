/** Tells the pool that the holder of a lease lives, until the returned function is called. */

import type { CancelTimer, Clock } from '@cleangrid/core/clock.ts';
import { leaseRenewMs } from '@cleangrid/core/limits.ts';
import type { Logger } from 'pino';
import type { Lease } from './pool/lease.ts';

export function renewLease(lease: Lease, { clock, logger }: { clock: Clock; logger: Logger }): CancelTimer {
  const renewLater = (): CancelTimer =>
    clock.after(leaseRenewMs, () => {
      cancel = renewLater();
      try {
        lease.renew();
      } catch (error) {
        logger.warn({ err: error }, 'a lease could not be renewed yet');
      }
    });
  let cancel = renewLater();
  return () => cancel();
}
