import type { LogFields, Logger } from '../../src/system/logger.ts';

export interface LogLine extends LogFields {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
}

/** A logger that keeps its lines, those of its children included, for the test to look at. */
export interface MemoryLogger extends Logger {
  readonly lines: LogLine[];
}

export function createMemoryLogger(fields: LogFields = {}, lines: LogLine[] = []): MemoryLogger {
  const write = (level: LogLine['level']) => (own: LogFields, message: string) =>
    void lines.push({ ...fields, ...own, level, message });
  return {
    lines,
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (own) => createMemoryLogger({ ...fields, ...own }, lines),
  };
}
