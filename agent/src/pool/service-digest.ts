/** The name of everything that makes two containers of services interchangeable: what equals in it is shared, what differs is not. */

import { createHash } from 'node:crypto';
import { id, type Sha256 } from '@cleangrid/core/ids.ts';
import { encodeServiceIdentity, type ServiceSubject } from '@cleangrid/core/service-identity.ts';

export function serviceDigest(subject: ServiceSubject): Sha256 {
  return sha256(encodeServiceIdentity(subject));
}

/** The same for workspace containers. */
export function workspaceDigest(imageId: string, trustDomain: string): Sha256 {
  return sha256(`workspace of ${imageId} for ${trustDomain}`);
}

function sha256(bytes: string | Uint8Array): Sha256 {
  return id<Sha256>(createHash('sha256').update(bytes).digest('hex'));
}
