/** Fields of a log line. Never put a secret, a token or a key here. */
export type LogFields = Record<string, unknown>;

/** Structured logger; pino's satisfies it. `error` fields carry the Error itself, under the key `error`. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  child(fields: LogFields): Logger;
}
