/** A command as a list: a program and its arguments, with no shell between. */

import { type Decoder, list } from './decoder.ts';
import { refined, text } from './read-values.ts';

/** argv: at least the program. */
export const argv: Decoder<string[]> = refined(list('expected a list of strings', text), ([program]) =>
  program === undefined || program === '' ? ['CG1105', 'a command needs a program'] : null,
);
