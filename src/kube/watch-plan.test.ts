import { describe, expect, test } from '@jest/globals';
import { ApiError, TransportError } from './errors.ts';
import { type NextStep, planAfterWatch, type WatchOutcome } from './watch-plan.ts';

const api = (code: number, reason: string, retryAfterMs?: number): ApiError =>
  new ApiError({ code, reason, message: reason, retryAfterMs });
const reset = new TransportError('ECONNRESET', 'reset');

const table: [
  string,
  Omit<WatchOutcome, 'listAgeMs' | 'relistAgeMs'> & { listAgeMs?: number; relistAgeMs?: number },
  NextStep,
][] = [
  ['closed in order', { error: undefined, events: 3, livedMs: 400_000 }, { step: 'watch', wait: false }],
  ['closed quickly after an event', { error: undefined, events: 1, livedMs: 10 }, { step: 'watch', wait: false }],
  ['closed at once', { error: undefined, events: 0, livedMs: 999 }, { step: 'watch', wait: true }],
  ['quiet but long', { error: undefined, events: 0, livedMs: 1000 }, { step: 'watch', wait: false }],
  ['refused', { error: reset, events: 0, livedMs: 2 }, { step: 'watch', wait: true }],
  ['cut after events', { error: reset, events: 2, livedMs: 2 }, { step: 'watch', wait: false }],
  ['silent', { error: new TransportError('TIMEOUT', ''), events: 0, livedMs: 90_000 }, { step: 'watch', wait: false }],
  [
    'closed in order, and the list is old',
    { error: undefined, events: 3, livedMs: 400_000, listAgeMs: 1_800_000 },
    { step: 'list', wait: false, compares: true },
  ],
  [
    'cut, and the list is old',
    { error: reset, events: 2, livedMs: 2, listAgeMs: 1_800_000 },
    { step: 'list', wait: false, compares: true },
  ],
  [
    'refused, and the list is old',
    { error: reset, events: 0, livedMs: 2, listAgeMs: 1_800_000 },
    { step: 'watch', wait: true },
  ],
  [
    'overloaded server, and the list is old',
    { error: api(429, 'TooManyRequests', 2000), events: 0, livedMs: 5, listAgeMs: 1_800_000 },
    { step: 'watch', wait: true, retryAfterMs: 2000 },
  ],
  ['too old a version', { error: api(410, 'Expired'), events: 0, livedMs: 5 }, { step: 'list', wait: false }],
  [
    'too old a version just after a list',
    { error: api(410, 'Expired'), events: 0, livedMs: 5, listAgeMs: 9999 },
    { step: 'list', wait: true },
  ],
  [
    'overloaded server',
    { error: api(429, 'TooManyRequests', 2000), events: 0, livedMs: 5 },
    { step: 'watch', wait: true, retryAfterMs: 2000 },
  ],
  [
    'server shutting down',
    { error: api(503, 'ServiceUnavailable', 5000), events: 0, livedMs: 5 },
    { step: 'list', wait: true, retryAfterMs: 5000 },
  ],
  ['forbidden', { error: api(403, 'Forbidden'), events: 0, livedMs: 5 }, { step: 'list', wait: true }],
  ['a fault of ours', { error: new TypeError('x'), events: 4, livedMs: 5000 }, { step: 'list', wait: true }],
];

describe('planAfterWatch', () => {
  test.each(table)('%s', (_, outcome, expected) => {
    expect(planAfterWatch({ listAgeMs: 10_000, relistAgeMs: 1_800_000, ...outcome })).toEqual(expected);
  });
});
