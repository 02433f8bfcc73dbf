import { expect, test } from '@jest/globals';
import { renderTimestamp } from './timestamp.ts';

const instant = Date.UTC(2026, 10, 22, 15, 33, 7, 89);

test.each([
  ['epoch', '1795361587.089'],
  ['millis', '1795361587089'],
  ['nano', '1795361587089000000'],
  ['rfc3339', '"2026-11-22T15:33:07Z"'],
  ['iso8601', '"2026-11-22T15:33:07.089Z"'],
  ['rfc3339nano', '"2026-11-22T15:33:07.089Z"'],
] as const)('%s', (encoding, expected) => {
  expect(renderTimestamp(instant, encoding)).toBe(expected);
});
