import { describe, expect, test } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { caExtension, csrPem, dnsSan, mintCsr, nameOf, sanExtension } from '../../../test/support/pki.ts';
import { endOfValidity, type PcaIssuerSettings, planIssue, readCsr } from './issue-plan.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const baseMs = Date.parse('2026-01-02T03:04:05Z');
const offsetMs = 15 * 60_000;
const authorityArn = 'arn:aws-us-gov:acm-pca:us-gov-east-1:111122223333:certificate-authority/0a1b';
const authority = {
  ...{ arn: authorityArn, type: 'ROOT', status: 'ACTIVE', keyAlgorithm: 'RSA_2048', signingAlgorithm: 'SHA512WITHRSA' },
  usageMode: 'GENERAL_PURPOSE',
  notAfter: new Date(baseMs + 3650 * dayMs),
};
const settings: PcaIssuerSettings = {
  ...{ authorityArn, partition: 'aws-us-gov', defaultTemplateName: undefined, notBeforeOffsetMs: offsetMs },
};
const pem = csrPem(mintCsr({ subject: nameOf('a.example') }));
const request = { uid: 'uid-1', csrPem: pem, durationMs: hourMs, isCA: false, usages: ['server auth'] };
const attempt = { number: 1, baseMs };

function plan(change: {
  readonly request?: Partial<typeof request>;
  readonly attempt?: Partial<typeof attempt>;
  readonly settings?: Partial<PcaIssuerSettings>;
  readonly authority?: Partial<typeof authority>;
}) {
  const asked = { ...request, ...change.request };
  const reading = readCsr(asked.csrPem);
  if (reading.kind !== 'csr') throw new Error(reading.message);
  const [given, set] = [
    { ...attempt, ...change.attempt },
    { ...settings, ...change.settings },
  ];
  return planIssue(asked, reading.csr, given, set, { ...authority, ...change.authority });
}

describe('planIssue', () => {
  test('says everything that IssueCertificate needs', () => {
    expect(plan({})).toEqual({
      template: 'EndEntityServerAuthCertificate/V1',
      templateArn: 'arn:aws-us-gov:acm-pca:::template/EndEntityServerAuthCertificate/V1',
      certificateAuthorityArn: authorityArn,
      csrPem: pem,
      signingAlgorithm: 'SHA512WITHRSA',
      notBefore: (baseMs - offsetMs) / 1000,
      notAfter: (baseMs + hourMs) / 1000,
      idempotencyToken: expect.stringMatching(/^[\w-]{36}$/),
    });
  });

  test('is the same for the same request and attempt', () => expect(plan({})).toEqual(plan({})));

  test('gives whole seconds for any base and duration', () => {
    const { notBefore, notAfter } = plan({ attempt: { baseMs: baseMs + 999 }, request: { durationMs: 1500 } });
    expect([notBefore, notAfter]).toEqual([(baseMs - offsetMs) / 1000, baseMs / 1000 + 2]);
  });

  test.each([
    ['uid', { request: { uid: 'uid-2' } }],
    ['CSR', { request: { csrPem: csrPem(mintCsr({ subject: nameOf('a.example') })) } }],
    ['CA', { settings: { authorityArn: `${authorityArn}c` } }],
    ['template', { request: { usages: ['client auth'] } }],
    ["issuer's template", { settings: { defaultTemplateName: 'EndEntityCertificate/V1' } }],
    ['attempt', { attempt: { number: 2 } }],
  ])('another %s makes another token', (_, change) =>
    expect(plan(change).idempotencyToken).not.toBe(plan({}).idempotencyToken),
  );

  test.each([
    ['line ends around the CSR', { request: { csrPem: pem.replaceAll('\n', '\r\n') } }],
    ['order of usages', { request: { usages: ['server auth', 'server auth'] } }],
    ['base instant', { attempt: { baseMs: baseMs + 1000 } }],
  ])('another %s makes no other token', (_, change) =>
    expect(plan(change).idempotencyToken).toBe(plan({}).idempotencyToken),
  );

  test('no two parts can be confused with two others', () => {
    const tokens = [
      plan({ request: { uid: 'u1' }, settings: { authorityArn: '1a' } }),
      plan({ request: { uid: 'u' }, settings: { authorityArn: '11a' } }),
    ].map(({ idempotencyToken }) => idempotencyToken);
    expect(new Set(tokens).size).toBe(2);
  });
});

describe('endOfValidity', () => {
  const usual = { usageMode: 'GENERAL_PURPOSE', notAfter: authority.notAfter };
  const shortLived = { ...usual, usageMode: 'SHORT_LIVED_CERTIFICATE' };
  const ending = { ...usual, notAfter: new Date(baseMs + 10 * dayMs) };
  test.each([
    ['what was asked for', hourMs, usual, hourMs],
    ['30 days by default', undefined, usual, 30 * dayMs],
    ['what was asked for, though the CA will refuse it', 20 * dayMs, ending, 20 * dayMs],
    ['by default no longer than the CA', undefined, ending, 10 * dayMs],
    ['by default 7 days with the backdating for a short-lived CA', undefined, shortLived, 7 * dayMs - offsetMs],
    ['what was asked of a short-lived CA', 90 * dayMs, shortLived, 90 * dayMs],
    ['by default, with a CA whose end is not known', undefined, { usageMode: 'GENERAL_PURPOSE' }, 30 * dayMs],
  ])('%s', (_, durationMs, described, expected) =>
    expect(endOfValidity({ durationMs }, baseMs, described, offsetMs) - baseMs).toBe(expected),
  );
});

describe('readCsr', () => {
  const tampered = mintCsr({ subject: nameOf('aaaa') });
  tampered[tampered.indexOf('aaaa')] = 0x62;
  test.each([
    ['garbage', 'garbage', /spec\.request cannot be read/],
    ['a tampered CSR', csrPem(tampered), /signature of the CSR does not match/],
    ['an Ed25519 key', csrPem(mintCsr({ key: generateKeyPairSync('ed25519'), subject: nameOf('a') })), /Ed25519/],
    ['nobody', csrPem(mintCsr({})), /names nobody/],
    ['nobody, with an empty SAN', csrPem(mintCsr({ extensions: [sanExtension()] })), /names nobody/],
    ['more than the service takes', `${' '.repeat(32_768)}${pem}`, /longer than the 32768 bytes/],
  ])('rejects %s', (_, text, message) =>
    expect(readCsr(text)).toEqual({ kind: 'rejected', code: 'InvalidCSR', message: expect.stringMatching(message) }),
  );

  test.each([
    ['a subject alone', mintCsr({ subject: nameOf('a') })],
    ['a SAN alone', mintCsr({ extensions: [dnsSan('a')] })],
    ['a CA', mintCsr({ subject: nameOf('a'), extensions: [caExtension(0)] })],
    ['an RSA key', mintCsr({ subject: nameOf('a'), key: generateKeyPairSync('rsa', { modulusLength: 2048 }) })],
  ])('takes %s', (_, der) => expect(readCsr(csrPem(der))).toMatchObject({ kind: 'csr', csr: { signature: 'valid' } }));
});
