import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { KeyAlgorithm, SigningAlgorithm } from '../aws/index.ts';
import {
  type AuthorityKey,
  authorityKeys,
  cover,
  describeRow,
  expectedContent,
  expectedTemplate,
} from '../matrix/expected.ts';
import { readCertificate } from '../aws/testing/csr.ts';
import { contentIn } from '../matrix/read-content.ts';
import { applyCertificate, awaitSecret, privateKeys } from './support/certificates.ts';
import { createTenant, sharedIssuer, type Tenant } from './support/shared-issuer.ts';

const issuer = sharedIssuer();
const { plane, aws } = issuer;
afterAll(() => plane.close());

const rows = cover.map((row, at) => ({ ...row, name: `row-${at}` }));
const tenants = new Map<AuthorityKey, Tenant>();
const tenantOf = (authorityKey: AuthorityKey): Tenant => {
  const tenant = tenants.get(authorityKey);
  if (!tenant) throw new Error(`no tenant signs with ${authorityKey}`);
  return tenant;
};

/** All at once: cert-manager makes the keys while the first certificates are signed. */
beforeAll(async () => {
  const made = authorityKeys.map(async (authorityKey) => {
    const [keyAlgorithm, signingAlgorithm] = authorityKey.split(' ') as [KeyAlgorithm, SigningAlgorithm];
    tenants.set(authorityKey, await createTenant(issuer, 'matrix', { authority: { keyAlgorithm, signingAlgorithm } }));
  });
  await Promise.all(made);
  const applied = rows.map(({ name, usages, leafKey, authorityKey, isCA, encodeUsages }) =>
    applyCertificate(plane, tenantOf(authorityKey), name, {
      commonName: `${name}.example`,
      dnsNames: [`${name}.example`],
      duration: '5h',
      privateKey: privateKeys[leafKey],
      isCA,
      encodeUsagesInRequest: encodeUsages,
      ...(usages ? { usages } : {}),
    }),
  );
  await Promise.all(applied);
});

describe('a Certificate says what was asked for and what its template fixes', () => {
  test.each(rows.map((row) => [describeRow(row), row] as const))('%s', async (_, row) => {
    const { namespace, authority } = tenantOf(row.authorityKey);
    const { chainPem } = await awaitSecret(plane, namespace, row.name);
    expect(contentIn(readCertificate(chainPem))).toEqual(expectedContent(row));
    const leaf = new X509Certificate(chainPem);
    expect(leaf.verify(new X509Certificate(authority.certificatePem).publicKey)).toBe(true);
    const serial = leaf.serialNumber.toLowerCase();
    const billed = (await aws.billed()).filter(
      (it) => it.certificateAuthorityArn === authority.arn && it.serial === serial,
    );
    expect(billed.map(({ templateArn }) => templateArn.replace(/^.*template\//, ''))).toEqual([expectedTemplate(row)]);
  });
});
