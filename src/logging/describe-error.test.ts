import { describe, expect, test } from '@jest/globals';
import { describeError, stackOf } from './describe-error.ts';

const named = (name: string, message: string, more: object = {}): Error =>
  Object.assign(new Error(message), { name, ...more });
const aggregate = new AggregateError([
  new Error('connect ECONNREFUSED ::1:1'),
  new Error('connect ECONNREFUSED 127.0.0.1:1'),
]);

test.each<[unknown, string]>([
  [new Error('plain'), 'plain'],
  [new TypeError('wrong'), 'TypeError: wrong'],
  [new Error(''), 'Error: '],
  [named('AccessDeniedException', 'not allowed'), 'AccessDeniedException: not allowed'],
  [named('TransportError', 'refused', { code: 'ECONNREFUSED' }), 'TransportError: refused (ECONNREFUSED)'],
  [named('Error', 'connect ECONNREFUSED', { code: 'ECONNREFUSED' }), 'connect ECONNREFUSED'],
  [named('ApiError', 'gone', { code: 410 }), 'ApiError: gone'],
  [
    Object.assign(aggregate, { code: 'ECONNREFUSED' }),
    'AggregateError: connect ECONNREFUSED ::1:1, connect ECONNREFUSED 127.0.0.1:1',
  ],
  [
    new Error('outer', { cause: new TypeError('inner', { cause: 'root' }) }),
    'outer; caused by TypeError: inner; caused by root',
  ],
  ['a string', 'a string'],
  [undefined, 'a thrown undefined'],
  [null, 'a thrown null'],
  [{ secret: 'x' }, 'a thrown object'],
  [7, 'a thrown number'],
])('describeError %#', (error, expected) => {
  expect(describeError(error)).toBe(expected);
});

test('an error that is its own cause ends', () => {
  const error = new Error('loop');
  error.cause = error;
  expect(describeError(error)).toBe(Array.from({ length: 5 }, () => 'loop').join('; caused by '));
});

describe('stackOf', () => {
  test('has the stacks of the causes too', () => {
    const stack = stackOf(new Error('outer', { cause: new TypeError('inner') }));
    expect(stack).toMatch(/^Error: outer\n {4}at [^]*\ncaused by TypeError: inner\n {4}at /);
  });
  test.each(['text', undefined, { stack: 'no error' }])('%j has none', (error) => {
    expect(stackOf(error)).toBeUndefined();
  });
});
