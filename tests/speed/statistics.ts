/** Medians and percentiles of samples. Used by every figure of this folder. */

/** @param share 0 to 1; nearest rank, so the answer is always one of the samples. @throws {RangeError} without samples */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((left, right) => left - right);
  const found = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (found === undefined) throw new RangeError('there are no samples');
  return found;
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}
