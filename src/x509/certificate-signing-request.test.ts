import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { openssl, opensslCsr } from '../../test/support/openssl.ts';
import { csrPem, dnsSan, ecKey, extension, mintCsr, nameOf } from '../../test/support/pki.ts';
import { parseCertificateSigningRequest } from './certificate-signing-request.ts';
import { toPem } from './pem.ts';

const ec = ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
const parse = parseCertificateSigningRequest;

describe('keys and signatures', () => {
  test.each([
    ['RSA 2048', ['rsa:2048'], 'valid'],
    ['RSA 3072 with SHA-512', ['rsa:3072', '-sha512'], 'valid'],
    ['RSA with SHA-1', ['rsa:2048', '-sha1'], 'valid'],
    ['RSA with PSS', ['rsa:2048', '-sigopt', 'rsa_padding_mode:pss'], 'unknown'],
    ['P-256', ec, 'valid'],
    ['P-384', ['ec', '-pkeyopt', 'ec_paramgen_curve:secp384r1', '-sha384'], 'valid'],
    ['P-521', ['ec', '-pkeyopt', 'ec_paramgen_curve:secp521r1', '-sha512'], 'valid'],
    ['Ed25519', ['ed25519'], 'valid'],
    ['Ed448', ['ed448'], 'unknown'],
  ])('%s', (_, newKey, signature) => {
    const pem = opensslCsr(newKey, '/CN=example.com', 'DNS:example.com');
    const csr = parse(pem);
    expect(csr.signature).toBe(signature);
    expect(csr.names).toEqual({ commonNames: ['example.com'], dns: ['example.com'], others: [] });
    const publicKey = openssl(['req', '-in', 'csr.pem', '-noout', '-pubkey'], { 'csr.pem': pem });
    expect(toPem('PUBLIC KEY', csr.publicKey)).toBe(publicKey);
  });

  test('a key of a kind that nobody knows is for the CA to judge', () => {
    const der = mintCsr({ subject: nameOf('a') });
    const oid = Buffer.from('06082a8648ce3d030107', 'hex');
    const at = der.indexOf(oid);
    der[at + oid.length - 1] = 0x7f;
    expect(parse(csrPem(der)).signature).toBe('unknown');
  });

  test.each([
    ['another name', (der: Buffer) => der.writeUInt8(0x62, der.indexOf('aaaa'))],
    ['another signature', (der: Buffer) => der.writeUInt8((der.at(-1) ?? 0) ^ 1, der.length - 1)],
  ])('%s makes the signature invalid', (_, tamper) => {
    const der = mintCsr({ subject: nameOf('aaaa') });
    tamper(der);
    expect(parse(csrPem(der)).signature).toBe('invalid');
  });

  test("a signature by another key than the CSR's is invalid", () => {
    const { publicKey } = ecKey();
    const { privateKey } = ecKey();
    expect(parse(csrPem(mintCsr({ key: { publicKey, privateKey } }))).signature).toBe('invalid');
  });

  test('a signature of another kind than the key is not valid', () => {
    const { publicKey } = ecKey();
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect(parse(csrPem(mintCsr({ key: { publicKey, privateKey } }))).signature).not.toBe('valid');
  });
});

describe('names', () => {
  test('every kind of subject alternative name', () => {
    const san =
      'DNS:a.example,DNS:*.b.example,IP:10.0.0.1,IP:2001:db8::1,URI:spiffe://td/ns/a,email:a@example.com,' +
      'otherName:1.3.6.1.4.1.311.20.2.3;UTF8:a@example.com';
    const { names } = parse(opensslCsr(ec, '/CN=a.example', san));
    expect(names.dns).toEqual(['a.example', '*.b.example']);
    expect(names.others.map((name) => name.slice(0, 4))).toEqual(['8704', '8710', '8610', '810d', 'a01d']);
    expect(names.others[0]).toBe('87040a000001');
  });

  test('a subject with several organisational units and no common name', () => {
    const csr = parse(opensslCsr(ec, '/O=Example/OU=one/OU=two', 'DNS:a.example'));
    expect(csr.subject).toEqual([
      [{ type: '2.5.4.10', value: 'Example' }],
      [{ type: '2.5.4.11', value: 'one' }],
      [{ type: '2.5.4.11', value: 'two' }],
    ]);
    expect(csr.names.commonNames).toEqual([]);
  });

  test('a relative name of several values, and two common names', () => {
    const pem = openssl(
      [
        'req',
        '-new',
        '-newkey',
        ...ec,
        '-nodes',
        '-keyout',
        'k',
        '-multivalue-rdn',
        '-subj',
        '/CN=a+OU=b/CN=c',
        '-out',
        'o',
      ],
      {},
      'o',
    );
    expect(parse(pem).names.commonNames).toEqual(['a', 'c']);
    expect(parse(pem).subject).toHaveLength(2);
  });

  test.each(['Grüße, Welt', 'пример'])('the common name %s in UTF-8 and in UCS-2', (name) => {
    const utf8 = [
      'req',
      '-new',
      '-newkey',
      ...ec,
      '-nodes',
      '-keyout',
      'k',
      '-utf8',
      '-subj',
      `/CN=${name}`,
      '-out',
      'o',
    ];
    expect(parse(openssl(utf8, {}, 'o')).names.commonNames).toEqual([name]);
    const config = `[req]\nstring_mask=MASK:0x800\ndistinguished_name=dn\n[dn]\n`;
    const bmp = parse(openssl([...utf8, '-config', 'c'], { c: config }, 'o'));
    expect(bmp.der.includes(Buffer.from(name, 'utf16le').swap16())).toBe(true);
    expect(bmp.names.commonNames).toEqual([name]);
  });

  test('nobody at all', () => {
    const csr = parse(csrPem(mintCsr({})));
    expect(csr).toMatchObject({ subject: [], names: { commonNames: [], dns: [], others: [] }, extensions: [] });
  });

  test('an empty subject with a SAN', () => {
    const csr = parse(csrPem(mintCsr({ extensions: [dnsSan('a.example')] })));
    expect(csr).toMatchObject({ subject: [], names: { dns: ['a.example'] } });
  });
});

describe('the text around it', () => {
  const pem = csrPem(mintCsr({ subject: nameOf('a') }));

  test.each([
    ['CRLF', pem.replaceAll('\n', '\r\n')],
    ['the old label', pem.replaceAll('CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST')],
    ['text before and behind', `Certificate Request:\n${pem}\0\0 trailing`],
    ['another block before', `${toPem('PRIVATE KEY', Buffer.of(1))}${pem}`],
  ])('%s does not matter', (_, text) => expect(parse(text).names.commonNames).toEqual(['a']));

  test.each([
    ['nothing', ''],
    ['garbage', 'garbage'],
    ['another label', pem.replaceAll('CERTIFICATE REQUEST', 'CERTIFICATE')],
    ['no DER', csrPem(Buffer.from('garbage'))],
    ['bytes behind the structure', csrPem(Buffer.concat([mintCsr({}), Buffer.of(0)]))],
    ['a structure cut short', csrPem(mintCsr({}).subarray(0, -1))],
    ['another structure', csrPem(Buffer.from('30 03 02 01 01'.replaceAll(' ', ''), 'hex'))],
    ['an empty structure', csrPem(Buffer.of(0x30, 0))],
    ['damaged SAN', csrPem(mintCsr({ extensions: [extension('2.5.29.17', Buffer.of(0x30, 9))] }))],
    ['a SAN that is no list', csrPem(mintCsr({ extensions: [extension('2.5.29.17', Buffer.of(0x82, 1, 0x61))] }))],
    ['damaged key usage', csrPem(mintCsr({ extensions: [extension('2.5.29.15', Buffer.of(9))] }))],
    ['damaged extended key usage', csrPem(mintCsr({ extensions: [extension('2.5.29.37', Buffer.of(5, 0))] }))],
  ])('%s is no CSR', (_, text) =>
    expect(() => parse(text)).toThrow(expect.objectContaining({ name: 'CertificateSigningRequestError' })),
  );

  test('no prefix of a CSR, and no CSR with one octet changed, does worse than being refused', () => {
    const der = mintCsr({ subject: nameOf('a'), extensions: [dnsSan('a')] });
    for (let at = 0; at < der.length; at++) {
      const changed = Buffer.from(der);
      changed[at] = (changed[at] ?? 0) ^ 0xff;
      for (const bytes of [der.subarray(0, at), changed]) {
        try {
          expect(parse(csrPem(bytes)).signature).not.toBe('valid');
        } catch (error) {
          expect(error).toMatchObject({ name: 'CertificateSigningRequestError' });
        }
      }
    }
  });
});
