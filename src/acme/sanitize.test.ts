import { describe, expect, test } from '@jest/globals';
import { sanitize } from './sanitize.ts';

const digest = 'evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA';

describe('sanitize', () => {
  test.each([
    ['No TXT record found at _acme-challenge.a.example', 'No TXT record found at _acme-challenge.a.example'],
    [' two\r\n lines\tand \u0000\u001b[31m\u202e more ', 'two lines and [31m more'],
    [`Incorrect TXT record "${digest}" found`, 'Incorrect TXT record "(value)" found'],
    [`key authorization ${digest}.${digest} differs`, 'key authorization (value).(value) differs'],
    ['JWS eyJhbGciOiJFUzI1NiJ9.eyJhIjoxfQ.c2lnbmF0dXJl is bad', 'JWS (value) is bad'],
    [`signature ${'aB3_'.repeat(21)}aB is bad`, 'signature (value) is bad'],
    [
      'retry after 2026-01-02 03:04:05 UTC: see https://a.example/limits',
      'retry after (time): see https://a.example/limits',
    ],
    ['until 2026-01-02T03:04:05.678Z.', 'until (time).'],
    ['since Fri, 02 Jan 2026 03:04:05 GMT', 'since (time)'],
    ['it failed (request id: 0f6a-12)', 'it failed'],
    // What a person needs is left as it is.
    [
      'CNAME _3639ac514e785e898d2646601fa951d5.shop.example.com is missing',
      'CNAME _3639ac514e785e898d2646601fa951d5.shop.example.com is missing',
    ],
    [
      'role arn:aws:iam::111122223333:role/acme-issuer may not acm:RequestCertificate',
      'role arn:aws:iam::111122223333:role/acme-issuer may not acm:RequestCertificate',
    ],
  ])('%j is %j', (text, clean) => expect(sanitize(text)).toBe(clean));

  test('is short, whatever the length', () => {
    expect(sanitize('word '.repeat(1_000_000)).length).toBeLessThanOrEqual(601);
    expect(sanitize('x'.repeat(5000))).toBe(`${'x'.repeat(600)}…`);
  });
});
