import { describe, expect, test } from '@jest/globals';
import { sanitize } from './sanitize.ts';

const id = '0a1b2c3d-0000-4000-8000-0123456789ab';
const authority = `arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/${id}`;

describe('what changes from try to try leaves a message', () => {
  test.each([
    [`Denied (Service: AcmPca; Request ID: ${id})`, 'Denied (Service: AcmPca)'],
    [`Denied (RequestId: ${id})`, 'Denied'],
    [`Denied, request id: ${id}`, 'Denied'],
    [`Denied; x-amzn-RequestId=${id}`, 'Denied'],
    [`Denied, request-id "${id}".`, 'Denied.'],
    [
      `User: arn:aws:sts::111122223333:assumed-role/issuer/pod-7f9c@x is not authorized to perform: acm-pca:IssueCertificate on resource: ${authority}`,
      `User: arn:aws:sts::111122223333:assumed-role/issuer is not authorized to perform: acm-pca:IssueCertificate on resource: ${authority}`,
    ],
    ['by arn:aws-cn:sts::111122223333:assumed-role/r/s.', 'by arn:aws-cn:sts::111122223333:assumed-role/r.'],
    [
      'Signature expired: 20260102T030405Z is now earlier than 20260102T031005Z (20260102T032505Z - 15 min.)',
      'Signature expired: (time) is now earlier than (time) ((time) - 15 min.)',
    ],
    ['expired at 2026-01-02T03:04:05.678Z', 'expired at (time)'],
    ['expired at 2026-01-02 03:04:05+00:00', 'expired at (time)'],
    ['expired on Fri, 02 Jan 2026 03:04:05 GMT', 'expired on (time)'],
    ['expired on Fri Jan 02 03:04:05 UTC 2026', 'expired on (time)'],
    [
      'Token expired: current date/time 1767323045 must be before the expiration date/time 1767319445',
      'Token expired: current date/time (time) must be before the expiration date/time (time)',
    ],
    ['connect ECONNREFUSED 10.1.2.3:443', 'connect ECONNREFUSED (address)'],
    ['not authorized. Encoded authorization failure message: Zm9v_-YmFy', 'not authorized.'],
    [
      "'hush' not a valid key=value pair (missing equal-sign) in Authorization header: 'AWS4-HMAC-SHA256 Credential=AKIA hush/20260102/eu-west-1/sts/aws4_request, SignedHeaders=host;x-amz-date, Signature=0a1b'.",
      "not a valid key=value pair (missing equal-sign) in Authorization header: '(signature)",
    ],
    [
      "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'hush/hush/20260102/eu-west-1/sts/aws4_request'",
      'Credential must have exactly 5 slash-delimited elements',
    ],
    ['two\n  lines', 'two lines'],
  ])('%s', (message, clean) => expect(sanitize(message)).toBe(clean));
});

describe('what a person needs stays', () => {
  test.each([
    `The CA ${authority} is not in a valid state`,
    'The request identifier is not valid',
    'extended key usage 1.3.6.1.5.5.7.3.1 is not allowed',
    'account 111122223333 is not subscribed',
    'RSA_2048 with SHA256WITHRSA until 2036',
  ])('%s', (message) => expect(sanitize(message)).toBe(message));
});

test.each([undefined, null, 7, '', '  '])('%p says nothing', (message) =>
  expect(sanitize(message)).toBe('no further explanation'),
);

// A million separators: by the square of that this would not end within the test run.
test.each([' ', '\n', ',', ', ', '('])('%j many times over is gone through once', (part) => {
  const many = part.repeat(1_000_000);
  expect(sanitize(`Denied${many}request id${many}`).startsWith('Denied')).toBe(true);
});

test('a sermon is cut', () => expect(sanitize('x'.repeat(5000))).toHaveLength(601));
