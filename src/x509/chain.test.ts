import { describe, expect, test } from '@jest/globals';
import { type Authority, caExtension, ecKey, mintAuthority, mintCertificate, nameOf } from '../../test/support/pki.ts';
import { type Certificate, parseCertificate } from './certificate.ts';
import { buildChain, ChainError } from './chain.ts';

const root = mintAuthority('Root');
const upper = mintAuthority('Upper', root);
const lower = mintAuthority('Lower', upper);
const otherRoot = mintAuthority('Other root');
/** Root's key and name, signed by another root. */
const crossSigned = mintAuthority('Root', otherRoot, root.key);
const impostor = mintAuthority('Lower', upper);

const parse = (...authorities: readonly Pick<Authority, 'der'>[]): Certificate[] =>
  authorities.map(({ der }) => parseCertificate(der));
const issue = (issuer: Authority): Certificate =>
  parseCertificate(mintCertificate({ key: ecKey(), subject: nameOf('leaf'), issuer }));
const leaf = issue(lower);

describe('buildChain', () => {
  test.each([
    ['in order', [lower, upper, root]],
    ['in reverse', [root, upper, lower]],
    ['with repetitions', [upper, lower, root, upper, lower, root]],
    ['with strangers', [otherRoot, impostor, lower, mintAuthority('Root'), upper, root]],
    ['with a cross-signed twin of the root first', [crossSigned, otherRoot, lower, upper, root]],
    ['with a cross-signed twin of the root last', [lower, upper, root, otherRoot, crossSigned]],
    ['with a twin that leads nowhere', [crossSigned, lower, upper, root]],
  ])('orders three authorities %s', (_, given) => {
    const chain = buildChain(leaf, parse(...given));
    expect(chain.certificates.map(({ der }) => der)).toEqual([leaf.der, lower.der, upper.der]);
    expect(chain.authority?.der).toEqual(root.der);
    expect(chain.complete).toBe(true);
  });

  test('does not mind the leaf among the others', () => {
    expect(buildChain(leaf, [leaf, ...parse(lower, upper, root), leaf]).certificates).toHaveLength(3);
  });

  test('a root that signed the leaf itself stays out of the chain', () => {
    const certificate = issue(root);
    const { certificates, authority, complete } = buildChain(certificate, parse(root));
    expect({ certificates, complete, top: authority?.der }).toEqual({
      certificates: [certificate],
      complete: true,
      top: root.der,
    });
  });

  test('takes the long way over the cross-signed twin when only that ends in a root', () => {
    const chain = buildChain(leaf, parse(lower, upper, crossSigned, otherRoot));
    expect(chain.certificates.map(({ der }) => der)).toEqual([leaf.der, lower.der, upper.der, crossSigned.der]);
    expect(chain.authority?.der).toEqual(otherRoot.der);
  });

  test('without the root, the topmost certificate is both in the chain and the authority', () => {
    const chain = buildChain(leaf, parse(upper, lower));
    expect(chain.certificates.map(({ der }) => der)).toEqual([leaf.der, lower.der, upper.der]);
    expect(chain).toMatchObject({ complete: false, authority: { der: upper.der } });
  });

  test('of two ways without a root, the one that goes further', () => {
    const twin = mintAuthority('Lower', mintAuthority('Unknown'), lower.key);
    expect(buildChain(leaf, parse(twin, lower, upper)).certificates.map(({ der }) => der)).toEqual([
      leaf.der,
      lower.der,
      upper.der,
    ]);
  });

  test('a lone leaf has no authority', () => {
    expect(buildChain(leaf, [])).toEqual({ certificates: [leaf], authority: undefined, complete: false });
  });

  test('a self-signed leaf is its own authority', () => {
    const [self] = parse(root);
    if (!self) throw new Error('there is one');
    expect(buildChain(self, [])).toEqual({ certificates: [self], authority: self, complete: true });
  });

  test.each([
    ['strangers alone', [otherRoot]],
    ['a namesake of the signer', [impostor, upper, root]],
    ['a chain with a gap below', [upper, root]],
  ])('%s are no chain', (_, given) => expect(() => buildChain(leaf, parse(...given))).toThrow(ChainError));

  test('a chain with a gap above ends below the gap', () => {
    expect(buildChain(leaf, parse(lower, root))).toMatchObject({ complete: false, authority: { der: lower.der } });
  });

  test('many twins that signed each other do not multiply the ways', () => {
    const [a, b] = [mintAuthority('A'), mintAuthority('B')];
    const twins = Array.from({ length: 12 }, () => [mintAuthority('A', b, a.key), mintAuthority('B', a, b.key)]).flat();
    const chain = buildChain(issue(a), parse(...twins));
    expect(chain.complete).toBe(false);
    expect(chain.certificates).toHaveLength(3);
  });

  test('a leaf that may itself sign is a leaf all the same', () => {
    const subordinate = parseCertificate(
      mintCertificate({ key: ecKey(), subject: nameOf('Sub'), issuer: lower, extensions: [caExtension(0)] }),
    );
    expect(buildChain(subordinate, parse(lower, upper, root)).certificates).toHaveLength(3);
  });
});
