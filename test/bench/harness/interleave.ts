/** Measures variants in turns, so that a machine that grows slower meanwhile is unfair to none of them. */

/** Runs every variant once per round, in alternating order (ABC, CBA, …); the results of each are in the order of the rounds. */
export async function interleave<Name extends string, Result>(
  variants: Record<Name, (round: number) => Promise<Result>>,
  rounds: number,
): Promise<Record<Name, Result[]>> {
  const names = Object.keys(variants) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Result[]>;
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? names : names.toReversed();
    for (const name of order) results[name].push(await variants[name](round));
  }
  return results;
}
