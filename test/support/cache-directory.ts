/** Where the scripts keep what is dear to make again: outside the checkout, so that a new clone starts warm. */

import { homedir } from 'node:os';
import { join } from 'node:path';

/** A folder of ours in the user's cache. */
export function cacheDirectory(...names: string[]): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'cleangrid', ...names);
}
