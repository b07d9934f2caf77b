/** Numbers out of samples. */

/** The smallest sample that `share` (0 to 1) of all samples do not exceed. NaN without samples. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

/** How many times `base` each of `samples` is, pairwise by round, in the middle. Both were measured in the same rounds. */
export function medianRatio(samples: readonly number[], base: readonly number[]): number {
  if (samples.length !== base.length) throw new Error('invariant: a ratio needs samples of the same rounds');
  return median(samples.map((sample, round) => sample / (base[round] ?? Number.NaN)));
}
