import { describe, expect, test } from '@jest/globals';
import { FakeClock } from '../test/support/fake-clock.ts';
import type { LogLevel, LogOptions } from './log-options.ts';
import { createLogger } from './logging.ts';
import type { Logger } from './system/logger.ts';

const defaults: LogOptions = {
  level: 'info',
  encoder: 'json',
  timeEncoding: 'rfc3339nano',
  stacktraceLevel: 'error',
};

function capture(options: Partial<LogOptions> = {}): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { logger: createLogger({ ...defaults, ...options, destination, clock: new FakeClock() }), lines };
}

const keysOf = (line: string): string[] => [...line.matchAll(/[{,]"([^"\\]+)":/g)].map(([, key = '']) => key);

/** What the AWS SDK throws: the whole answer hangs on it. */
function sdkError(): Error {
  const answer = { $response: { headers: { 'x-amz-security-token': 'SECRET' } }, $metadata: { requestId: 'SECRET' } };
  return Object.assign(new Error('not allowed'), { name: 'AccessDeniedException', ...answer });
}

describe('a JSON line', () => {
  test('has level as a word, time, fields, message, and nothing of the machine', () => {
    const { logger, lines } = capture();
    logger.info({ controller: 'issuer', tries: 2 }, 'checked');
    expect(lines).toEqual([
      '{"level":"info","ts":"2026-01-02T03:04:05.000Z","controller":"issuer","tries":2,"msg":"checked"}\n',
    ]);
  });

  test('never has a key twice, and its own fields win over those of the logger', () => {
    const { logger, lines } = capture();
    const child = logger.child({ logger: 'controllers', controller: 'a', n: 1 }).child({ logger: 'issuer', n: 2 });
    child.info({ controller: 'b', level: 'x', ts: 'y', msg: 'z' }, 'm');
    const [line = ''] = lines;
    expect(new Set(keysOf(line)).size).toBe(keysOf(line).length);
    expect(JSON.parse(line)).toEqual({
      ...{ level: 'info', ts: '2026-01-02T03:04:05.000Z', msg: 'm' },
      ...{ logger: 'controllers.issuer', controller: 'b', n: 2, level_: 'x', ts_: 'y', msg_: 'z' },
    });
  });

  test('a line break in a message stays inside the line', () => {
    const { logger, lines } = capture();
    logger.info({ value: 'a\nb' }, 'first\n{"level":"error"}');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toContain('\n');
  });

  test('a child leaves its parent as it was', () => {
    const { logger, lines } = capture();
    logger.child({ a: 1 });
    logger.info({}, 'm');
    expect(keysOf(lines[0] ?? '')).toEqual(['level', 'ts', 'msg']);
  });

  test('what JSON cannot say does not stop the line', () => {
    const { logger, lines } = capture();
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    logger.info({ circle, big: 10n, none: undefined, error: undefined, date: new Date(0) }, 'm');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ big: 10, date: '1970-01-01T00:00:00.000Z', msg: 'm' });
  });
});

describe('levels', () => {
  const all: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
  test.each([
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['info', ['info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
    ['panic', []],
  ] as const)('%s writes %j', (level, expected) => {
    const { logger, lines } = capture({ level });
    const child = logger.child({ a: 1 });
    for (const method of all) if (method !== 'panic') child[method]({}, method);
    expect(lines.map((line) => (JSON.parse(line) as { level: string }).level)).toEqual(expected);
  });
});

describe('errors', () => {
  test('are one line of text, and a stack from the stack level on', () => {
    const { logger, lines } = capture();
    logger.warn({ error: new TypeError('wrong') }, 'm');
    logger.error({ error: new TypeError('wrong') }, 'm');
    const [warning, failure] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(warning).toMatchObject({ error: 'TypeError: wrong' });
    expect(warning).not.toHaveProperty('stacktrace');
    expect(failure).toMatchObject({
      error: 'TypeError: wrong',
      stacktrace: expect.stringMatching(/^TypeError: wrong\n +at /),
    });
  });

  test.each([
    ['info', true],
    ['warn', true],
    ['error', false],
    ['panic', false],
  ] as const)('a warning has its stack at stack level %s: %s', (stacktraceLevel, expected) => {
    const { logger, lines } = capture({ stacktraceLevel });
    logger.warn({ error: new Error('e') }, 'm');
    expect('stacktrace' in (JSON.parse(lines[0] ?? '') as object)).toBe(expected);
  });

  test.each(['json', 'console'] as const)(
    'of the AWS SDK show nothing of the answer, wherever they stand (%s)',
    (encoder) => {
      const { logger, lines } = capture({ encoder });
      const outer = new Error('outer', { cause: sdkError() });
      const bound = logger.child({ bound: sdkError() });
      bound.error({ error: outer, other: sdkError(), nested: { deep: [{ e: sdkError() }] } }, 'm');
      bound.error({ error: Object.assign({}, sdkError()) }, 'm');
      expect(lines.join('')).toContain('AccessDeniedException: not allowed');
      expect(lines.join('')).not.toContain('SECRET');
    },
  );
});

describe('the console encoder', () => {
  test('writes a line to be read', () => {
    const { logger, lines } = capture({ encoder: 'console' });
    logger.child({ logger: 'issuer' }).info({ object: 'ns/a', note: 'two words', list: [1], empty: '' }, 'checked');
    expect(lines).toEqual([
      '2026-01-02T03:04:05.000Z INFO  issuer: checked object=ns/a note="two words" list=[1] empty=""\n',
    ]);
  });

  test('puts the stack below, and lets no value begin a line', () => {
    const { logger, lines } = capture({ encoder: 'console', timeEncoding: 'epoch' });
    logger.error({ error: new Error('a\nFORGED'), note: 'b\nFORGED \u001b[31m' }, 'c\nFORGED');
    const [head = '', ...below] = (lines[0] ?? '').trimEnd().split('\n');
    expect(head).toBe('1767323045 ERROR c\\nFORGED error="a\\nFORGED" note="b\\nFORGED \\u001b[31m"');
    expect(below.length).toBeGreaterThan(1);
    expect(below.filter((line) => !line.startsWith('    '))).toEqual([]);
  });
});
