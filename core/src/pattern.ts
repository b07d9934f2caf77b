/** Regular expressions of suites: JavaScript's, `^` and `$` at every line, Unicode. One place, so that what is validated is what is evaluated. */

const flags = 'mu';

/** Throws a SyntaxError with the engine's reason. */
export function compilePattern(pattern: string): RegExp {
  return new RegExp(pattern, flags);
}
