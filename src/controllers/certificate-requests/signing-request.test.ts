import { expect, test } from '@jest/globals';
import { certificateRequest, csrText, withAnnotations, withSpec } from '../../../test/support/builders.ts';
import { toSigningRequest } from './signing-request.ts';

test('a request without wishes', () => {
  expect(toSigningRequest(certificateRequest('cr1'))).toEqual({
    kind: 'request',
    request: { uid: 'uid-of-cr1', csrPem: csrText, durationMs: undefined, isCA: false, usages: [] },
  });
});

test('a request with every wish', () => {
  const usages = ['server auth', 'client auth'];
  const reading = toSigningRequest(certificateRequest('cr1', withSpec({ duration: '2160h0m0s', isCA: true, usages })));
  expect(reading).toMatchObject({ kind: 'request', request: { durationMs: 90 * 24 * 3_600_000, isCA: true, usages } });
});

test.each([
  ['EndEntityCertificate/V1', { templateName: 'EndEntityCertificate/V1' }],
  ['', {}],
])('template %j in the annotation', (value, expected) => {
  const annotated = withAnnotations({ 'awspca.cert-manager.io/template-name': value });
  const reading = toSigningRequest(certificateRequest('cr1', annotated));
  const plain = toSigningRequest(certificateRequest('cr1'));
  expect(reading).toEqual({ ...plain, request: { ...(plain.kind === 'request' ? plain.request : {}), ...expected } });
});

test.each([
  ['0s', 'spec.duration "0s" must be longer than zero.'],
  ['-1h', 'spec.duration "-1h" must be longer than zero.'],
  ['90 days', 'spec.duration "90 days" must be a duration such as 90s, 5m or 1h30m.'],
])('duration %s is refused in words', (duration, message) => {
  expect(toSigningRequest(certificateRequest('cr1', withSpec({ duration })))).toEqual({ kind: 'rejected', message });
});
