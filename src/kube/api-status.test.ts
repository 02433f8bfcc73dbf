import { describe, expect, test } from '@jest/globals';
import { apiErrorFromAnswer, apiErrorFromStatus, parseRetryAfter } from './api-status.ts';

const NOW = Date.parse('2026-01-02T03:04:05Z');

describe('apiErrorFromAnswer', () => {
  test('takes reason, message and causes from the Status object', () => {
    const causes = [{ reason: 'FieldManagerConflict', message: 'conflict with "x"', field: '.status' }];
    const body = { kind: 'Status', reason: 'Conflict', message: 'Apply failed', details: { causes } };
    const error = apiErrorFromAnswer(409, JSON.stringify(body), undefined, NOW);
    expect(error).toMatchObject({ code: 409, reason: 'Conflict', message: 'Apply failed', causes });
    expect(error.retryAfterMs).toBeUndefined();
  });

  test.each([
    [404, '404 page not found\n', 'NotFound', 'the API server answered 404: 404 page not found'],
    [503, '<html><body>gateway</body></html>', 'ServiceUnavailable', 'the API server answered 503'],
    [502, '', 'Unknown', 'the API server answered 502'],
    [500, '{"kind":"Other"}', 'InternalError', 'the API server answered 500: {"kind":"Other"}'],
  ])('gives a %d without a Status the reason of its code', (code, body, reason, message) => {
    expect(apiErrorFromAnswer(code, body, undefined, NOW)).toMatchObject({ code, reason, message, causes: [] });
  });

  test('reads the delay from the header, else from details.retryAfterSeconds', () => {
    const body = JSON.stringify({ kind: 'Status', code: 429, details: { retryAfterSeconds: 7 } });
    expect(apiErrorFromAnswer(429, body, '3', NOW).retryAfterMs).toBe(3000);
    expect(apiErrorFromAnswer(429, body, undefined, NOW).retryAfterMs).toBe(7000);
  });
});

describe('apiErrorFromStatus', () => {
  test('takes the code of the Status in an ERROR event', () => {
    const status = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };
    expect(apiErrorFromStatus(status)).toMatchObject({ code: 410, reason: 'Expired' });
  });

  test('is an internal error when the event carries no Status', () => {
    expect(apiErrorFromStatus(undefined)).toMatchObject({ code: 500, reason: 'InternalError' });
  });
});

describe('parseRetryAfter', () => {
  test.each([
    ['5', 5000],
    ['0', 0],
    ['Fri, 02 Jan 2026 03:04:15 GMT', 10_000],
    ['Fri, 02 Jan 2026 03:04:00 GMT', 0],
    ['soon', undefined],
    [undefined, undefined],
  ])('%s is %s ms', (header, expected) => {
    expect(parseRetryAfter(header, NOW)).toBe(expected);
  });
});
