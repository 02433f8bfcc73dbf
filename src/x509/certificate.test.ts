import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { openssl } from '../../test/support/openssl.ts';
import { certificatesPem, dnsSan, ecKey, mintAuthority, mintCertificate, nameOf } from '../../test/support/pki.ts';
import { certificatePem, parseCertificate, parseCertificates } from './certificate.ts';
import { toPem } from './pem.ts';

const root = mintAuthority('Root');
const key = ecKey();
const der = mintCertificate({
  key,
  subject: nameOf('a.example'),
  issuer: root,
  serial: Buffer.from('00f0e1', 'hex'),
  notBefore: new Date('2026-01-02T03:04:05Z'),
  notAfter: new Date('2051-06-07T08:09:10Z'),
  extensions: [dnsSan('a.example', 'b.example')],
});

describe('parseCertificate', () => {
  const certificate = parseCertificate(der);

  test('reads what openssl reads', () => {
    const args = ['x509', '-in', 'c', '-noout', '-serial', '-startdate', '-enddate', '-dateopt', 'iso_8601'];
    const [serial, start, end] = openssl(args, { c: certificatePem(certificate) })
      .trim()
      .split('\n');
    expect(`serial=${certificate.serial.toUpperCase()}`).toBe(serial);
    expect(`notBefore=${certificate.notBefore.toISOString()}`.replace('T', ' ').replace('.000', '')).toBe(start);
    expect(`notAfter=${certificate.notAfter.toISOString()}`.replace('T', ' ').replace('.000', '')).toBe(end);
  });

  test('reads names, key and extensions', () => {
    expect(certificate.names).toEqual({ commonNames: ['a.example'], dns: ['a.example', 'b.example'], others: [] });
    expect(certificate.publicKey).toEqual(key.publicKey.export({ format: 'der', type: 'spki' }));
    expect(certificate.extensions.map(({ oid }) => oid)).toEqual(['2.5.29.17']);
  });

  test('reads a certificate without extensions', () => {
    const bare = parseCertificate(mintCertificate({ key, subject: nameOf(), issuer: root }));
    expect(bare).toMatchObject({ names: { commonNames: [], dns: [], others: [] }, extensions: [] });
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['garbage', Buffer.from('garbage')],
    ['bytes behind it', Buffer.concat([der, Buffer.of(0)])],
    ['a part of it', der.subarray(0, -1)],
    ['PEM where DER is meant', Buffer.from(toPem('CERTIFICATE', der))],
  ])('refuses %s', (_, bytes) =>
    expect(() => parseCertificate(bytes)).toThrow(expect.objectContaining({ name: 'CertificateError' })),
  );
});

test('parseCertificates takes the CERTIFICATE blocks and nothing else', () => {
  const pem = `${toPem('PRIVATE KEY', Buffer.of(1))}${certificatesPem(der, root.der)}trailing`.replaceAll('\n', '\r\n');
  expect(parseCertificates(pem).map((certificate) => certificate.der)).toEqual([der, root.der]);
  expect(parseCertificates('')).toEqual([]);
});

describe('isSignedBy', () => {
  const rsa = mintAuthority('Root', undefined, generateKeyPairSync('rsa', { modulusLength: 2048 }));
  const edwards = mintAuthority('Root', undefined, generateKeyPairSync('ed25519'));

  test.each([
    ['an EC CA', root],
    ['an RSA CA', rsa],
    ['an Ed25519 CA', edwards],
  ])('%s', (_, issuer) => {
    const leaf = parseCertificate(mintCertificate({ key, subject: nameOf('a'), issuer }));
    expect(leaf.isSignedBy(parseCertificate(issuer.der))).toBe(true);
    expect(leaf.isSignedBy(leaf)).toBe(false);
    const namesakes = [root, rsa, edwards].filter((other) => other !== issuer);
    expect(namesakes.map((other) => leaf.isSignedBy(parseCertificate(other.der)))).toEqual([false, false]);
  });

  test('a name alone does not make a signer, nor does a key alone', () => {
    const leaf = parseCertificate(der);
    const renamed = mintAuthority('Another', undefined, root.key);
    expect(leaf.isSignedBy(parseCertificate(root.der))).toBe(true);
    expect(leaf.isSignedBy(parseCertificate(renamed.der))).toBe(false);
  });

  test('a signer whose key is of a kind that nobody knows is taken by its name', () => {
    const stranger = Buffer.from(root.der);
    stranger[stranger.indexOf(Buffer.from('06082a8648ce3d030107', 'hex')) + 9] = 0x7f;
    expect(parseCertificate(der).isSignedBy(parseCertificate(stranger))).toBe(true);
  });
});
