import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Extension } from '@peculiar/asn1-x509';
import type { KeyAlgorithm, SigningAlgorithm } from '../aws/model.ts';
import {
  csrPem,
  dnsSan,
  ecKey,
  extendedKeyUsageExtension,
  type KeyPair,
  keyUsageExtension,
  mintCsr,
  nameOf,
} from '../support/pki.ts';
import {
  authorityKeys,
  describeRow,
  expectedContent,
  expectedTemplate,
  fullProduct,
  type LeafKey,
  type Row,
} from './expected.ts';
import { keyUsageFlags, purposeIdentifiers, readWithLibrary } from './read-content.ts';
import { type SigningBench, startSigningBench } from './signing-bench.ts';
import { meaningOf } from './usages.ts';

const rsaKey = (modulusLength: number): KeyPair => generateKeyPairSync('rsa', { modulusLength });
const keys: Readonly<Record<LeafKey, KeyPair>> = {
  'RSA 2048': rsaKey(2048),
  'RSA 3072': rsaKey(3072),
  'RSA 4096': rsaKey(4096),
  'ECDSA P-256': ecKey('P-256'),
  'ECDSA P-384': ecKey('P-384'),
  'ECDSA P-521': ecKey('P-521'),
};

let bench: SigningBench;
beforeAll(async () => {
  bench = await startSigningBench();
});
afterAll(() => bench.stop());

/** As cert-manager writes it: key usage always, and critical; purposes when there are any. */
function usageExtensions({ usages, isCA }: Row): Extension[] {
  const { keyUsage, purposes } = meaningOf(usages);
  const flags = keyUsageFlags(isCA ? [...keyUsage, 'Certificate Sign'] : keyUsage);
  const purposeOids = purposeIdentifiers(purposes);
  return [keyUsageExtension(flags), ...(purposeOids.length > 0 ? [extendedKeyUsageExtension(...purposeOids)] : [])];
}

describe.each(authorityKeys)('a CA with %s', (authorityKey) => {
  const [keyAlgorithm, signingAlgorithm] = authorityKey.split(' ') as [KeyAlgorithm, SigningAlgorithm];
  let ca: Awaited<ReturnType<SigningBench['createSigner']>>;
  beforeAll(async () => {
    ca = await bench.createSigner({ keyAlgorithm, signingAlgorithm });
  });
  const billed = async (): Promise<string[]> =>
    (await bench.aws.billed())
      .filter((it) => it.certificateAuthorityArn === ca.authority.arn)
      .map(({ templateArn }) => templateArn.replace(/^.*template\//, ''));

  describe.each([
    [false, true],
    [false, false],
    [true, true],
    [true, false],
  ])('isCA %s, usages in the CSR %s', (isCA, encodeUsages) => {
    test('signs every set of usages', async () => {
      const { signer, authority } = ca;
      const { publicKey: authorityPublicKey } = new X509Certificate(authority.certificatePem);
      const { length: billedBefore } = await billed();
      const rows = fullProduct.filter(
        (row) => row.authorityKey === authorityKey && row.isCA === isCA && row.encodeUsages === encodeUsages,
      );
      for (const [at, row] of rows.entries()) {
        const key = keys[row.leafKey];
        const extensions = [dnsSan('a.example'), ...(encodeUsages ? usageExtensions(row) : [])];
        const csr = csrPem(mintCsr({ key, subject: nameOf('a.example'), extensions }));
        const uid = `uid-${billedBefore + at}`;
        const request = { uid, csrPem: csr, durationMs: 3_600_000, isCA, usages: row.usages ?? [] };
        const { chainPem } = await bench.sign(signer, request);
        const certificate = new X509Certificate(chainPem);
        expect({
          row: describeRow(row),
          content: readWithLibrary(certificate.raw),
          verified: certificate.verify(authorityPublicKey),
          isForKey: certificate.publicKey.equals(key.publicKey),
        }).toEqual({ row: describeRow(row), content: expectedContent(row), verified: true, isForKey: true });
      }
      expect((await billed()).slice(billedBefore)).toEqual(rows.map(expectedTemplate));
    });
  });
});
