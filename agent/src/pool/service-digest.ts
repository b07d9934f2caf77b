/** The name of everything that makes two containers of services interchangeable: what equals in it is shared, what differs is not. */

import { createHash } from 'node:crypto';
import { id, type Sha256 } from '@cleangrid/core/ids.ts';
import { encodeServiceIdentity, type ServiceSubject } from '@cleangrid/core/service-identity.ts';

export function serviceDigest(subject: ServiceSubject): Sha256 {
  return id<Sha256>(createHash('sha256').update(encodeServiceIdentity(subject)).digest('hex'));
}
