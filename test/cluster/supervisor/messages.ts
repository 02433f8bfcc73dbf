/** What the owner asks of its supervisor, over the IPC channel between them. */
export type Order =
  | ({ readonly kind: 'start'; readonly id: number } & StartOrder)
  | { readonly kind: 'signal'; readonly id: number; readonly signal: NodeJS.Signals }
  | { readonly kind: 'stop'; readonly id: number; readonly graceMs: number }
  | { readonly kind: 'finish' };

export interface StartOrder {
  readonly command: string;
  readonly args: readonly string[];
  /** Laid over the supervisor's own environment; null takes a variable away. */
  readonly environment: Readonly<Record<string, string | null>>;
  readonly workingFolder: string;
  /** Receives standard output and standard error, appended. */
  readonly logPath: string;
  /** When everything ends, processes of a higher rank are stopped before those of a lower one. */
  readonly rank: number;
}

/** What the supervisor tells its owner. */
export type Report =
  | { readonly kind: 'ready'; readonly folder: string }
  | { readonly kind: 'started'; readonly id: number; readonly pid: number }
  | { readonly kind: 'refused'; readonly id: number; readonly message: string }
  | ({ readonly kind: 'exited'; readonly id: number } & ProcessExit);

/** How a process ended: one of the two is null. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}
