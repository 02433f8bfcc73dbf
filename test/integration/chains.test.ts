import { afterAll, describe, expect, test } from '@jest/globals';
import type { Authority, AuthorityOptions } from '../aws/index.ts';
import { openssl } from '../support/openssl.ts';
import { applyCertificate, awaitSecret, type IssuedSecret } from './support/certificates.ts';
import { createAccount, createTenant, sharedIssuer } from './support/shared-issuer.ts';

const issuer = sharedIssuer();
const { plane, aws } = issuer;
afterAll(() => plane.close());

const blocks = (pem: string): string[] => pem.match(/-----BEGIN[^]*?-----END CERTIFICATE-----/g) ?? [];

/** Whether openssl comes from the leaf to `trusted` over what is in `tls.crt` alone. */
function verify({ chainPem }: IssuedSecret, trusted: string, ...options: string[]): string {
  const args = ['verify', ...options, '-CAfile', 'trusted', '-untrusted', 'tls.crt', 'tls.crt'];
  return openssl(args, { trusted, 'tls.crt': chainPem }).trim();
}

/** A CA below a subordinate below a root. */
async function signWith(
  options: (made: {
    readonly account: string;
    readonly middle: Authority;
    readonly otherRoot: Authority;
  }) => AuthorityOptions,
  rootOutside = false,
) {
  const account = createAccount();
  const root = rootOutside ? undefined : await aws.createCertificateAuthority({ account });
  const middle = await aws.createCertificateAuthority({
    ...{ account, type: 'subordinate', pathLength: 2 },
    ...(root ? { parent: root.arn } : {}),
  });
  const otherRoot = await aws.createCertificateAuthority({ account });
  const authority = { parent: middle.arn, ...options({ account, middle, otherRoot }) };
  const tenant = await createTenant(issuer, 'chains', { account, authority });
  await applyCertificate(plane, tenant, 'chain', { dnsNames: ['chain.example'], usages: ['server auth'] });
  const secret = await awaitSecret(plane, tenant.namespace, 'chain');
  // The root's certificate is the last above the subordinate, wherever it was made.
  const rootPem = blocks(middle.chainPem).at(-1) ?? '';
  return { secret, rootPem, middle, otherRoot, issuing: tenant.authority };
}

describe('the Secret holds leaf and intermediates, and the root apart from them', () => {
  test.each<[string, AuthorityOptions]>([
    ['as AWS documents it', {}],
    ['from the root downward, with CRLF', { chainOrder: 'root-first', chainText: 'crlf' }],
    ['mixed, repeated, with text around', { chainOrder: 'mixed', repeatInChain: true, chainText: 'explained' }],
  ])('a chain %s', async (_, options) => {
    const { secret, rootPem, middle, issuing } = await signWith(() => options);
    expect(blocks(secret.chainPem).slice(1)).toEqual([issuing.certificatePem, middle.certificatePem]);
    expect(secret.caPem).toBe(`${rootPem}\n`);
    expect(verify(secret, secret.caPem)).toBe('tls.crt: OK');
    expect(secret.chainPem).not.toContain('\r');
  });

  test('a root outside AWS that was not imported: the topmost certificate is in both', async () => {
    const { secret, rootPem, middle, issuing } = await signWith(() => ({ omitRootFromChain: true }), true);
    expect(blocks(secret.chainPem).slice(1)).toEqual([issuing.certificatePem, middle.certificatePem]);
    expect(secret.caPem).toBe(`${middle.certificatePem}\n`);
    // Who trusts the root verifies, and so does who trusts what ca.crt says.
    expect(verify(secret, rootPem)).toBe('tls.crt: OK');
    expect(verify(secret, secret.caPem, '-partial_chain')).toBe('tls.crt: OK');
  });

  test('a CA that two others signed: the shorter way to a root', async () => {
    const { secret, otherRoot } = await signWith((made) => ({
      crossSignedBy: made.otherRoot.arn,
      chainOrder: 'mixed',
    }));
    expect(blocks(secret.chainPem)).toHaveLength(2);
    expect(secret.caPem).toBe(`${otherRoot.certificatePem}\n`);
    expect(verify(secret, secret.caPem)).toBe('tls.crt: OK');
  });
});
