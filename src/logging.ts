import { pino } from 'pino';
import type { LogLevel, LogOptions } from './log-options.ts';
import { renderConsoleLine } from './logging/console-line.ts';
import { stackOf } from './logging/describe-error.ts';
import { plainFields } from './logging/plain-fields.ts';
import { renderTimestamp } from './logging/timestamp.ts';
import type { Clock } from './system/clock.ts';
import type { LogFields, Logger } from './system/logger.ts';

/** Where lines go, each with its line break. */
export interface LogDestination {
  write(line: string): void;
}

/** Standard error, written at once, so that nothing is lost when the process ends. */
export function standardError(): LogDestination {
  return pino.destination({ fd: 2, sync: true });
}

/**
 * The logger of the program. A line has `level` as a word, `ts`, `msg`, and its fields: `logger` (names of nested
 * children are joined by dots), `error` as one line, and from `stacktraceLevel` on its stack as `stacktrace`.
 */
export function createLogger(
  options: LogOptions & { readonly destination: LogDestination; readonly clock: Pick<Clock, 'now'> },
): Logger {
  const { level, encoder, timeEncoding, stacktraceLevel, destination, clock } = options;
  const written = encoder === 'console' ? consoleDestination(destination) : destination;
  const sink = pino(
    {
      base: null,
      level: level === 'panic' ? 'silent' : level,
      timestamp: () => `,"ts":${renderTimestamp(clock.now(), timeEncoding)}`,
      formatters: { level: (label) => ({ level: label }) },
    },
    written,
  );
  return withBindings({ sink, stacktraceLevel }, {});
}

function consoleDestination(destination: LogDestination): LogDestination {
  return { write: (line) => destination.write(renderConsoleLine(line)) };
}

type Written = Exclude<LogLevel, 'panic'>;

interface Core {
  readonly sink: { isLevelEnabled(level: Written): boolean } & Record<
    Written,
    (fields: object, message: string) => void
  >;
  readonly stacktraceLevel: LogLevel;
}

/**
 * Children are made here and not by pino, whose children would write a key twice when a line repeats that of its
 * logger.
 */
function withBindings(core: Core, bindings: LogFields): Logger {
  const write = (level: Written, fields: LogFields, message: string): void => {
    if (!core.sink.isLevelEnabled(level)) return;
    core.sink[level]({ ...bindings, ...plainFields(fields), ...stackFields(core, level, fields) }, message);
  };
  return {
    debug: (fields, message) => write('debug', fields, message),
    info: (fields, message) => write('info', fields, message),
    warn: (fields, message) => write('warn', fields, message),
    error: (fields, message) => write('error', fields, message),
    child: (fields) => withBindings(core, { ...bindings, ...plainFields(fields), ...joinedName(bindings, fields) }),
  };
}

const severity: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3, panic: 4 };

function stackFields({ stacktraceLevel }: Core, level: Written, { error }: LogFields): LogFields {
  const stacktrace = severity[level] >= severity[stacktraceLevel] ? stackOf(error) : undefined;
  return stacktrace === undefined ? {} : { stacktrace };
}

function joinedName(bindings: LogFields, fields: LogFields): LogFields {
  const names = [bindings.logger, fields.logger].filter((name) => typeof name === 'string');
  return names.length === 0 ? {} : { logger: names.join('.') };
}
