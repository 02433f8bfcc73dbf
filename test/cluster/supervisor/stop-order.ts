/** Groups by rank, highest first: the waves in which processes are stopped. */
export function planStopWaves<T extends { readonly rank: number }>(processes: readonly T[]): T[][] {
  const ranks = [...new Set(processes.map((p) => p.rank))].sort((a, b) => b - a);
  return ranks.map((rank) => processes.filter((p) => p.rank === rank));
}
