type Line = Readonly<Record<string, unknown>>;

/**
 * A JSON line as people like to read it: `time LEVEL logger: message key=value …`, with a stack on lines of its own.
 * No value can begin a new line, so that nobody can forge one.
 */
export function renderConsoleLine(json: string): string {
  const { ts, level, logger, msg, stacktrace, ...rest } = JSON.parse(json) as Line;
  const head = [text(ts), text(level).toUpperCase().padEnd(5), ...(logger === undefined ? [] : [`${text(logger)}:`])];
  const fields = Object.entries(rest).map(([key, value]) => `${key}=${fieldValue(value)}`);
  return `${[...head, text(msg), ...fields].join(' ')}\n${stacktrace === undefined ? '' : indented(stacktrace)}`;
}

function text(value: unknown): string {
  const string = typeof value === 'string' ? value : JSON.stringify(value);
  return string.replaceAll(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
}

function fieldValue(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? text(value) : text(JSON.stringify(value));
}

function indented(stack: unknown): string {
  const lines = typeof stack === 'string' ? stack.split('\n') : [];
  return lines.map((line) => `    ${text(line)}\n`).join('');
}
