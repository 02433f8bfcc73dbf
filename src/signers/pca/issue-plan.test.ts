import { describe, expect, test } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { caExtension, csrPem, dnsSan, mintCsr, nameOf, sanExtension } from '../../../test/support/pki.ts';
import { type PcaIssuerSettings, planIssue, readCsr, readSignedCsr } from './issue-plan.ts';
import { pcaSettings } from '../../../test/support/pca-bench.ts';

const hourMs = 3_600_000;
const baseMs = Date.parse('2026-01-02T03:04:05Z');
const offsetMs = 15 * 60_000;
const authorityArn = 'arn:aws-us-gov:acm-pca:us-gov-east-1:111122223333:certificate-authority/0a1b';
const authority = { signingAlgorithm: 'SHA512WITHRSA' };
const settings: PcaIssuerSettings = { ...pcaSettings, authorityArn, partition: 'aws-us-gov' };
const pem = csrPem(mintCsr({ subject: nameOf('a.example') }));
const request = { uid: 'uid-1', csrPem: pem };
const attempt = { number: 1, baseMs };
const content = { template: 'EndEntityServerAuthCertificate/V1', apiPassthrough: undefined };

function plan(change: {
  readonly request?: Partial<typeof request>;
  readonly attempt?: Partial<typeof attempt>;
  readonly settings?: Partial<PcaIssuerSettings>;
  readonly content?: Partial<Parameters<typeof planIssue>[5]>;
  readonly endMs?: number;
}) {
  const asked = { ...request, ...change.request };
  const reading = readCsr(asked.csrPem);
  if (reading.kind !== 'csr') throw new Error(reading.message);
  const given = { ...attempt, ...change.attempt };
  const set = { ...settings, ...change.settings };
  const { endMs = given.baseMs + hourMs } = change;
  return planIssue(asked, reading.csr, given, set, authority, { ...content, ...change.content }, { endMs });
}

describe('planIssue', () => {
  test('says everything that IssueCertificate needs', () => {
    expect(plan({})).toEqual({
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

  test('passes on what the call is to say of the content', () => {
    const apiPassthrough = { Extensions: { KeyUsage: { DigitalSignature: true } } };
    expect(plan({ content: { apiPassthrough } })).toEqual({ ...plan({}), apiPassthrough });
  });

  test('gives whole seconds for any base and duration', () => {
    const { notBefore, notAfter } = plan({ attempt: { baseMs: baseMs + 999 }, endMs: baseMs + 999 + 1500 });
    expect([notBefore, notAfter]).toEqual([(baseMs - offsetMs) / 1000, baseMs / 1000 + 2]);
  });

  test.each([
    ['uid', { request: { uid: 'uid-2' } }],
    ['CSR', { request: { csrPem: csrPem(mintCsr({ subject: nameOf('a.example') })) } }],
    ['CA', { settings: { authorityArn: `${authorityArn}c` } }],
    ['template', { content: { template: 'EndEntityCertificate/V1' } }],
    ['attempt', { attempt: { number: 2 } }],
  ])('another %s makes another token', (_, change) =>
    expect(plan(change).idempotencyToken).not.toBe(plan({}).idempotencyToken),
  );

  test.each([
    ['line ends around the CSR', { request: { csrPem: pem.replaceAll('\n', '\r\n') } }],
    ['end', { endMs: baseMs + 2 * hourMs }],
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

describe('readCsr', () => {
  const tampered = mintCsr({ subject: nameOf('aaaa') });
  tampered[tampered.indexOf('aaaa')] = 0x62;
  test.each([
    ['garbage', 'garbage', /spec\.request cannot be read/],
    ['a tampered CSR', csrPem(tampered), /signature of the CSR does not match/],
    ['an Ed25519 key', csrPem(mintCsr({ key: generateKeyPairSync('ed25519'), subject: nameOf('a') })), /Ed25519/],
    ['nobody', csrPem(mintCsr({})), /names nobody/],
    ['nobody, with an empty SAN', csrPem(mintCsr({ extensions: [sanExtension()] })), /names nobody/],
    [
      'an extension that comes twice',
      csrPem(mintCsr({ subject: nameOf('a'), extensions: [dnsSan('a'), dnsSan('a')] })),
      /extension \(subject alternative name, 2\.5\.29\.17\) twice/,
    ],
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

  test('a CSR that is signed already is not checked for its signature again, but for all else', () => {
    expect(readSignedCsr(csrPem(tampered))).toMatchObject({ kind: 'csr', csr: { signature: 'invalid' } });
    expect(readSignedCsr('garbage')).toMatchObject({ kind: 'rejected' });
  });
});
