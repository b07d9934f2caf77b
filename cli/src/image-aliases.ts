/** `FROM=TO`, as flags and the environment say it → the map that the pool looks images up in. A later one wins. */

import { GridError } from '@cleangrid/core/errors.ts';

/** Throws `bad_usage`. */
export function readImageAliases(texts: readonly string[]): Map<string, string> {
  return new Map(
    texts.map((text) => {
      const [, from, to] = /^([^=]+)=([^=]+)$/u.exec(text) ?? [];
      if (from !== undefined && to !== undefined) return [from, to];
      throw new GridError('bad_usage', `the image alias ${text} is not written as FROM=TO`, {
        hint: 'Look at --image-alias and CLEANGRID_IMAGE_ALIASES.',
      });
    }),
  );
}
