/** A source of chance: a number in [0, 1). Enters from the composition root; tests hand in a fixed one. */
export type Random = () => number;

/** `value` moved by up to `fraction` of itself in either direction. */
export function jitter(value: number, fraction: number, random: Random): number {
  return value * (1 + fraction * (2 * random() - 1));
}
