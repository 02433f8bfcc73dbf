/** `panic` is zap's word for a level that nothing of ours reaches: no lines at all. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'panic';
export type LogEncoder = 'json' | 'console';
/**
 * How the key `ts` is written, in the words of zap: seconds, milliseconds or nanoseconds since the epoch, or RFC 3339
 * with whole seconds (`rfc3339`) or with milliseconds.
 */
export type TimeEncoding = 'epoch' | 'millis' | 'nano' | 'iso8601' | 'rfc3339' | 'rfc3339nano';

export interface LogOptions {
  /** Lines below this level are not written. */
  readonly level: LogLevel;
  readonly encoder: LogEncoder;
  readonly timeEncoding: TimeEncoding;
  /** Lines of at least this level carry the stack of their error. */
  readonly stacktraceLevel: LogLevel;
}
