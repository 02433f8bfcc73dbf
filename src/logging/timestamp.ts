import type { TimeEncoding } from '../log-options.ts';

/** The value of `ts`, as JSON. `milliseconds` since the epoch. */
export function renderTimestamp(milliseconds: number, encoding: TimeEncoding): string {
  switch (encoding) {
    case 'epoch':
      return String(milliseconds / 1000);
    case 'millis':
      return String(milliseconds);
    case 'nano':
      return `${Math.trunc(milliseconds)}000000`;
    case 'rfc3339':
      return `"${new Date(milliseconds).toISOString().slice(0, -5)}Z"`;
    case 'iso8601':
    case 'rfc3339nano':
      return `"${new Date(milliseconds).toISOString()}"`;
  }
}
