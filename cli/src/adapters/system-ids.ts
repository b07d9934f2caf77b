/** The `Ids` of the machine. */

import { randomBytes } from 'node:crypto';
import type { Ids } from '@cleangrid/core/clock.ts';

/** Without letters and digits that look alike: people read ids aloud and type them. */
const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';

export const systemIds: Ids = {
  random: (length) => Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join(''),
};
