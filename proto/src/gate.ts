/** Who may call a coordinator: versions that fit, and whoever knows the token. Both ends write and read the same two words of metadata. */

import { createHash, timingSafeEqual } from 'node:crypto';
import { GridError } from '@cleangrid/core/errors.ts';
import { versionsFit } from '@cleangrid/core/version.ts';

export const versionKey = 'cleangrid-version';
export const tokenKey = 'authorization';

/** What a caller says of itself. */
export interface Introduction {
  version: string;
  token: string | null;
}

/** What each call of this caller carries. */
export function introduce({ version, token }: Introduction): Record<string, string> {
  return { [versionKey]: version, ...(token !== null && { [tokenKey]: `Bearer ${token}` }) };
}

/** Null: let it in. Otherwise why not; the token itself is in no message. */
export function refuseCaller(own: Introduction, said: (key: string) => string | undefined): GridError | null {
  const version = said(versionKey) ?? 'unknown';
  if (!versionsFit(own.version, version)) {
    return new GridError(
      'version_mismatch',
      `the coordinator is version ${own.version}, the caller is version ${version}: they do not fit`,
      { hint: 'Run the same version of cleangrid everywhere.' },
    );
  }
  if (own.token === null || isToken(own.token, said(tokenKey))) return null;
  const wanted = said(tokenKey) === undefined ? 'a token' : 'another token';
  return new GridError('bad_usage', `the coordinator wants ${wanted}`, {
    hint: 'Set CLEANGRID_TOKEN, or --token-file, to the token that the coordinator was started with.',
  });
}

/** In constant time, also where the lengths differ. */
function isToken(token: string, authorization: string | undefined): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(`Bearer ${token}`), digest(authorization ?? ''));
}
