/** Measures variants in turns, so that a machine that grows slower meanwhile is unfair to none of them. */

import { type ProcessorTimes, readProcessorTimes, stolenShare } from './stolen-time.ts';

/** A round during which the host took more of the processors' time than this is not quiet. Rounds of 20 % were slower by 40 %. */
export const stolenShareMax = 0.05;

/**
 * Runs every variant once per round, in alternating order (ABC, CBA, …), until so many rounds were quiet, or twice as many have run; the
 * results of each variant are of the quietest rounds, in their order.
 */
export async function interleave<Name extends string, Result>(
  variants: Record<Name, (round: number) => Promise<Result>>,
  rounds: number,
  processorTimes: () => ProcessorTimes = readProcessorTimes,
): Promise<Record<Name, Result[]>> {
  const names = Object.keys(variants) as Name[];
  const measured: { stolen: number; results: Map<Name, Result> }[] = [];
  const isQuiet = ({ stolen }: { stolen: number }): boolean => stolen <= stolenShareMax;
  while (measured.filter(isQuiet).length < rounds && measured.length < 2 * rounds) {
    const round = measured.length;
    const before = processorTimes();
    const results = new Map<Name, Result>();
    for (const name of round % 2 === 0 ? names : names.toReversed())
      results.set(name, await variants[name](round));
    measured.push({ stolen: stolenShare(before, processorTimes()), results });
  }
  const limit = measured.map(({ stolen }) => stolen).sort((a, b) => a - b)[rounds - 1] ?? 0;
  const kept = measured.filter(({ stolen }) => stolen <= limit).slice(0, rounds);
  if (measured.length > rounds) process.stderr.write(`${told(measured.length, limit)}\n`);
  return Object.fromEntries(
    names.map((name) => [name, kept.map(({ results }) => results.get(name))]),
  ) as Record<Name, Result[]>;
}

function told(measured: number, limit: number): string {
  return `The host took processor time: of ${measured} rounds those count in which it took at most ${(limit * 100).toFixed(1)} %.`;
}
