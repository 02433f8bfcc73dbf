import type { Call } from './call.ts';

/** The lines of a watch on their way to the caller: may hold them back, leave some out, repeat them, change their order. */
export type LineFilter = (lines: AsyncIterable<string>) => AsyncIterable<string>;

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Anything but a string is sent as JSON. */
  readonly body: unknown;
}

/** What happens to a call; with nothing given it passes. */
export interface Treatment {
  /** Awaited before the server sees the call. */
  readonly before?: () => Promise<void>;
  /** In place of the server, which never sees the call: an answer, a dropped connection, or nothing at all. */
  readonly instead?: Answer | 'reset' | 'silence';
  /** Path and query that the server sees in place of the caller's. */
  readonly url?: string;
  /** Awaited when the server's answer is there, before the caller sees it. */
  readonly after?: () => Promise<void>;
  /** In place of the server's answer; the call was carried out. */
  readonly delivery?: 'reset' | 'silence' | 'cut' | Drip;
  readonly lines?: LineFilter;
}

/** An answer that comes in pieces. */
export interface Drip {
  readonly chunkBytes: number;
  readonly pauseMs: number;
}

export type Fault = (call: Call) => Treatment | undefined;

/** A Status object of the API server as an answer. */
export function statusAnswer(code: number, reason: string, headers: Readonly<Record<string, string>> = {}): Answer {
  const body = {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    message: `a fault on order: ${reason}`,
    reason,
    code,
  };
  return { status: code, headers, body };
}
