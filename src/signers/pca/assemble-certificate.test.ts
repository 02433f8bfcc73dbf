import { describe, expect, test } from '@jest/globals';
import {
  certificatesPem,
  csrPem,
  dnsSan,
  ecKey,
  mintAuthority,
  mintCertificate,
  mintCsr,
  nameOf,
} from '../../../test/support/pki.ts';
import { parseCertificateSigningRequest } from '../../x509/certificate-signing-request.ts';
import { ChainReader } from '../../x509/chain-reader.ts';
import { toPem } from '../../x509/pem.ts';
import { assembleCertificate, parseFetched } from './assemble-certificate.ts';

const root = mintAuthority('Root');
const upper = mintAuthority('Upper', root);
const lower = mintAuthority('Lower', upper);
const otherRoot = mintAuthority('Other root');
const crossSigned = mintAuthority('Root', otherRoot, root.key);
const key = ecKey();
const asked = { key, subject: nameOf('a.example'), extensions: [dnsSan('a.example')] };
const csr = parseCertificateSigningRequest(csrPem(mintCsr(asked)));
const leaf = mintCertificate({ ...asked, issuer: lower });
const template = 'BlankEndEntityCertificate_APICSRPassthrough/V1';
const judgement = { kind: 'judgement', template, expected: undefined, overrides: [] } as const;
const nowMs = Date.parse('2026-02-01T00:00:00Z');

function assemble(certificate: string, chain: string) {
  const fetched = parseFetched(certificate, chain, new ChainReader());
  return fetched.kind === 'fetched' ? assembleCertificate(fetched, csr, judgement, nowMs) : fetched;
}

const pemOf = (...authorities: readonly { readonly der: Buffer }[]): string =>
  certificatesPem(...authorities.map(({ der }) => der));
const ordered = pemOf(lower, upper, root);

describe('what AWS sends becomes leaf and intermediates, and the root', () => {
  test.each([
    ['as AWS documents it', ordered],
    ['without a newline at its end', ordered.trimEnd()],
    ['from the root downward', pemOf(root, upper, lower)],
    ['with CRLF', ordered.replaceAll('\n', '\r\n')],
    ['with bytes behind it', `${ordered}\0\0trailing bytes\n`],
    ['with text between its blocks', ordered.replaceAll('-----BEGIN', 'subject=CN = A\nissuer=CN = B\n\n-----BEGIN')],
    ['with blocks of another kind', `${toPem('X509 CRL', Buffer.of(0x30, 0))}${ordered}`],
    ['with each certificate twice', `${ordered}${ordered}`],
    ['with the leaf in it', `${certificatesPem(leaf)}${ordered}`],
    ['with a cross-signed twin of the root', `${pemOf(crossSigned, otherRoot)}${ordered}`],
    ['with certificates of others', `${pemOf(mintAuthority('Lower', upper), mintAuthority('Stranger'))}${ordered}`],
  ])('%s', (_, chain) => {
    expect(assemble(certificatesPem(leaf).trimEnd(), chain)).toMatchObject({
      kind: 'issued',
      chainPem: certificatesPem(leaf, lower.der, upper.der),
      caPem: pemOf(root),
    });
  });

  test.each([
    ['without its root: the topmost given is in both', [lower, upper], [lower, upper], upper],
    ['of the issuing CA alone', [lower], [lower], lower],
    ['with a gap: what is above it leads nowhere', [lower, root], [lower], lower],
    [
      'that only a cross-signed twin completes',
      [lower, upper, crossSigned, otherRoot],
      [lower, upper, crossSigned],
      otherRoot,
    ],
  ])('a chain %s', (_, given, intermediates, authority) => {
    expect(assemble(certificatesPem(leaf), pemOf(...given))).toMatchObject({
      kind: 'issued',
      chainPem: `${certificatesPem(leaf)}${pemOf(...intermediates)}`,
      caPem: pemOf(authority),
    });
  });

  test('a root that signs leaves itself is in ca.crt alone', () => {
    const direct = mintCertificate({ ...asked, issuer: root });
    expect(assemble(certificatesPem(direct), pemOf(root))).toMatchObject({
      chainPem: certificatesPem(direct),
      caPem: pemOf(root),
    });
  });

  test('no chain at all, as for a root certificate, leaves ca.crt empty unless the certificate signed itself', () => {
    expect(assemble(certificatesPem(leaf), '')).toMatchObject({ chainPem: certificatesPem(leaf), caPem: '' });
    const self = mintCertificate({ ...asked, issuer: { subject: asked.subject, key } });
    expect(assemble(certificatesPem(self), '')).toMatchObject({
      chainPem: certificatesPem(self),
      caPem: certificatesPem(self),
    });
  });
});

test.each([
  ['a chain that did not sign the certificate', certificatesPem(leaf), pemOf(otherRoot)],
  ['a chain with a block that is no certificate', certificatesPem(leaf), toPem('CERTIFICATE', Buffer.from('garbage'))],
  ['no certificate', '', ordered],
])('%s is not stored and looked at again', (_, certificate, chain) => {
  expect(assemble(certificate, chain)).toMatchObject({ kind: 'blocked', code: 'InvalidCertificate', afterMs: 60_000 });
});
