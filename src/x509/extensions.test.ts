import { KeyUsageFlags } from '@peculiar/asn1-x509';
import { describe, expect, test } from '@jest/globals';
import { openssl } from '../../test/support/openssl.ts';
import { keyUsageExtension, extendedKeyUsageExtension, mintCsr } from '../../test/support/pki.ts';
import { parseCertificates } from './certificate.ts';
import { parseCertificateSigningRequest } from './certificate-signing-request.ts';
import {
  findExtension,
  keyUsageBits,
  parseBasicConstraints,
  parseExtendedKeyUsage,
  parseKeyUsage,
} from './extensions.ts';
import { toPem } from './pem.ts';

/** A certificate that openssl made with these extensions. */
function opensslExtensions(...extensions: string[]) {
  const config = `[req]\ndistinguished_name=dn\nx509_extensions=x\nprompt=no\n[dn]\nCN=a\n[x]\n${extensions.join('\n')}\n`;
  const args = ['req', '-x509', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const pem = openssl([...args, '-keyout', 'k', '-config', 'c', '-out', 'o'], { c: config }, 'o');
  return parseCertificates(pem)[0]?.extensions ?? [];
}

describe('extensions as openssl writes them', () => {
  test.each([
    ['CA:FALSE', { isCA: false }],
    ['critical,CA:TRUE', { isCA: true }],
    ['critical,CA:TRUE,pathlen:0', { isCA: true, pathLength: 0 }],
    ['CA:TRUE,pathlen:300', { isCA: true, pathLength: 300 }],
  ])('basic constraints %s', (value, expected) => {
    const extensions = opensslExtensions(`basicConstraints=${value}`);
    expect(parseBasicConstraints(extensions)).toEqual(expected);
    expect(findExtension(extensions, '2.5.29.19')?.critical).toBe(value.startsWith('critical'));
  });

  test('without basic constraints it is no CA', () => {
    expect(parseBasicConstraints(opensslExtensions('keyUsage=digitalSignature'))).toEqual({ isCA: false });
  });

  test.each(keyUsageBits)('key usage %s', (usage) => {
    expect(parseKeyUsage(opensslExtensions(`keyUsage=critical,${usage}`))).toEqual([usage]);
  });

  test('all key usages together, and none', () => {
    expect(parseKeyUsage(opensslExtensions(`keyUsage=${keyUsageBits.join(',')}`))).toEqual([...keyUsageBits]);
    expect(parseKeyUsage([])).toBeUndefined();
  });

  test('extended key usages in their order', () => {
    const extensions = opensslExtensions('extendedKeyUsage=clientAuth,serverAuth,1.2.3.4');
    expect(parseExtendedKeyUsage(extensions)).toEqual(['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.1', '1.2.3.4']);
    expect(parseExtendedKeyUsage([])).toBeUndefined();
  });
});

test('extensions that a CSR asks for', () => {
  const wanted = [
    keyUsageExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyAgreement),
    extendedKeyUsageExtension('1.3.6.1.5.5.7.3.1'),
  ];
  const { extensions } = parseCertificateSigningRequest(toPem('CERTIFICATE REQUEST', mintCsr({ extensions: wanted })));
  expect(parseKeyUsage(extensions)).toEqual(['digitalSignature', 'keyAgreement']);
  expect(parseExtendedKeyUsage(extensions)).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(extensions.map(({ critical }) => critical)).toEqual([true, false]);
});
