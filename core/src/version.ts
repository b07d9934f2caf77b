/** The product's version, and which versions of coordinator and agent work together. Names every hello and every refusal. */

/** The same as in package.json; `version.test.ts` compares them. */
export const version: string = '0.1.0';

/**
 * The rule "same protocol": two versions fit when their major numbers are equal, and below 1.0.0 their minor numbers too. A version
 * that is not `major.minor.patch` fits nothing.
 */
export function versionsFit(one: string, other: string): boolean {
  const [first, second] = [protocolOf(one), protocolOf(other)];
  return first !== null && first === second;
}

function protocolOf(text: string): string | null {
  const match = /^(\d+)\.(\d+)\.\d+(?:[-+].*)?$/.exec(text);
  if (!match) return null;
  const [, major, minor] = match;
  return major === '0' ? `0.${minor}` : `${major}`;
}
