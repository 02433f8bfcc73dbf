/** What one round of a scenario gave: a figure, or how far it came before the bench stopped waiting. */
export type Sample = { readonly value: number } | { readonly unfinished: string };

export interface Summary {
  /** Undefined: most rounds did not end. */
  readonly median: number | undefined;
  readonly lowest: number;
  readonly highest: number;
  readonly rounds: number;
  /** How far each round came that did not end. */
  readonly unfinished: readonly string[];
}

/** The middle one, or the mean of the two in the middle; undefined for none. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [lower, upper] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return lower === undefined || upper === undefined ? undefined : lower === upper ? lower : (lower + upper) / 2;
}

/** The smallest value that at least this share of all values does not exceed (nearest rank); undefined for none. */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

/** A round that did not end counts as longer than any that did. Undefined where there was no round. */
export function summarize(samples: readonly Sample[]): Summary | undefined {
  if (samples.length === 0) return undefined;
  const values = samples.flatMap((sample) => ('value' in sample ? [sample.value] : []));
  const middle = median(samples.map((sample) => ('value' in sample ? sample.value : Infinity)));
  return {
    median: middle !== undefined && Number.isFinite(middle) ? middle : undefined,
    lowest: Math.min(...values),
    highest: Math.max(...values),
    rounds: samples.length,
    unfinished: samples.flatMap((sample) => ('unfinished' in sample ? [sample.unfinished] : [])),
  };
}
