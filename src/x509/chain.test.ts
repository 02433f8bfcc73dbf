import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { openssl } from '../../test/support/openssl.ts';
import {
  type Authority,
  authorityKeyIdentifier,
  caExtension,
  certificatesPem,
  ecKey,
  extension,
  type KeyPair,
  mintAuthority,
  mintCertificate,
  nameOf,
  subjectKeyIdentifier,
} from '../../test/support/pki.ts';
import { type Certificate, type ChainCertificate, parseCertificate, parseChainCertificates } from './certificate.ts';
import { buildChain, type CertificateChain, ChainError } from './chain.ts';

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

  test('the leaf alone in its chain is a lone leaf', () => {
    expect(buildChain(leaf, [leaf])).toEqual({ certificates: [leaf], authority: undefined, complete: false });
  });

  test('a leaf that may itself sign is a leaf all the same', () => {
    const subordinate = parseCertificate(
      mintCertificate({ key: ecKey(), subject: nameOf('Sub'), issuer: lower, extensions: [caExtension(0)] }),
    );
    expect(buildChain(subordinate, parse(lower, upper, root)).certificates).toHaveLength(3);
  });
});

/** Common names from the leaf upward, and what stands for the CA. */
const shape = ({ certificates, authority, complete }: CertificateChain) => ({
  certificates: certificates.map(commonNameOf),
  authority: authority && commonNameOf(authority),
  complete,
});
const commonNameOf = ({ der }: ChainCertificate): string => parseCertificate(der).names.commonNames.join();

describe('twins of the same name and key', () => {
  const lasting = (year: number, issuer?: Authority): Authority =>
    mintAuthority('Twin', issuer, key, { notAfter: new Date(`${year}-01-01T00:00:00Z`) });
  const key = ecKey();
  const [older, newer] = [lasting(2030, root), lasting(2034, root)];
  const ofAnother = lasting(2032, otherRoot);

  test.each([
    ['the longer lasting one', [older, newer, root], newer, root],
    ['the longer lasting way of two complete ones', [ofAnother, older, otherRoot, root], ofAnother, otherRoot],
    ['the complete way, however short its twin lasts', [newer, older, ofAnother, otherRoot], ofAnother, otherRoot],
  ])('%s is taken, in whatever order they come', (_, given, twin, top) => {
    const signed = issue(older);
    for (const order of [given, given.toReversed(), [...given.slice(2), ...given.slice(0, 2)]]) {
      const { certificates, authority } = buildChain(signed, parse(...order));
      expect(certificates[1]?.der).toEqual(twin.der);
      expect(authority?.der).toEqual(top.der);
    }
  });
});

const rsaKeyPem = (): string =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

describe('algorithms', () => {
  const pair = (type: string, options = {}): KeyPair =>
    // The types of Node.js know one key type at a time.
    (generateKeyPairSync as unknown as (type: string, options: object) => KeyPair)(type, options);

  test.each([
    ['RSA', pair('rsa', { modulusLength: 2048 })],
    ['ECDSA on P-384', ecKey('P-384')],
    ['ECDSA on P-521', ecKey('P-521')],
    ['Ed25519', pair('ed25519')],
    ['Ed448', pair('ed448')],
    ['ML-DSA-44', pair('ml-dsa-44')],
    ['ML-DSA-87', pair('ml-dsa-87')],
  ])('%s is verified: namesakes with other keys are left out', (_, key) => {
    const top = mintAuthority('Top', undefined, key);
    const middle = mintAuthority('Middle', top, key);
    const namesakes = [mintAuthority('Top'), mintAuthority('Middle', top), mintAuthority('Middle')];
    const chain = buildChain(issue(middle), parse(...namesakes, top, middle));
    expect(chain.certificates.map(({ der }) => der).slice(1)).toEqual([middle.der]);
    expect(chain.authority?.der).toEqual(top.der);
  });

  const [k, other] = [rsaKeyPem(), rsaKeyPem()];
  test.each([
    ['rsa_padding_mode:pkcs1', '-sha512'],
    ['rsa_padding_mode:pss', '-sha256'],
    ['rsa_padding_mode:pss', '-sha384'],
  ])('certificates of openssl with %s and %s', (padding, digest) => {
    const signing = ['-days', '9', '-sigopt', padding, digest, '-out', 'o'];
    const self = (key: string): string =>
      openssl(['req', '-x509', '-key', 'k', '-subj', '/CN=Top', ...signing], { k: key }, 'o');
    const [c, namesake] = [self(k), self(other)];
    const r = openssl(['req', '-new', '-key', 'k', '-subj', '/CN=leaf', '-out', 'o'], { k: other }, 'o');
    const args = ['x509', '-req', '-in', 'r', '-CA', 'c', '-CAkey', 'k', '-set_serial', '7', ...signing];
    const [signed] = parseChainCertificates(openssl(args, { r, c, k }, 'o'));
    if (!signed) throw new Error('openssl made none');
    const chain = buildChain(signed, parseChainCertificates(`${namesake}${c}`));
    expect([chain.authority?.der, chain.complete]).toEqual([parseChainCertificates(c)[0]?.der, true]);
    expect(() => buildChain(signed, parseChainCertificates(namesake))).toThrow(ChainError);
  });

  describe('that cannot be verified', () => {
    // SM2 with SM3 (GB/T 32918) in place of ECDSA with SHA-256: OpenSSL refuses every signature of the kind.
    const toUnverifiable = <T extends Pick<Authority, 'der'>>(authority: T): T => {
      const [ecdsa, sm2] = ['06082a8648ce3d040302', '06082a811ccf55018375'];
      return { ...authority, der: Buffer.from(authority.der.toString('hex').replaceAll(ecdsa, sm2), 'hex') };
    };
    const identified = (own: string, signer: string) => ({
      extensions: [caExtension(), subjectKeyIdentifier(own), authorityKeyIdentifier(signer)],
    });
    const top = mintAuthority('Top', undefined, ecKey(), identified('top', 'top'));
    const middle = mintAuthority('Middle', top, ecKey(), identified('middle', 'top'));
    const namesakes = [
      mintAuthority('Top', undefined, ecKey(), identified('other', 'other')),
      mintAuthority('Middle', top, ecKey(), identified('other', 'top')),
    ];
    const signed = mintAuthority('leaf', middle, ecKey(), {
      extensions: [subjectKeyIdentifier('leaf'), authorityKeyIdentifier('middle')],
    });
    const [unverifiable] = parse(toUnverifiable(signed));

    test.each([
      ['by names and key identifiers', [...namesakes, top, middle]],
      ['by names alone where there are no identifiers', [mintAuthority('Top'), mintAuthority('Middle', top)]],
    ])('are put together %s', (_, given) => {
      if (!unverifiable) throw new Error('there is one');
      const chain = buildChain(unverifiable, parse(...given.map(toUnverifiable)));
      expect(shape(chain)).toEqual({ certificates: ['leaf', 'Middle'], authority: 'Top', complete: true });
    });

    test('do not take a namesake with another key identifier', () => {
      if (!unverifiable) throw new Error('there is one');
      expect(() => buildChain(unverifiable, parse(...namesakes.map(toUnverifiable)))).toThrow(ChainError);
    });

    test('are no self-signed roots when they name another key than their own', () => {
      const renewed = mintAuthority('Top', undefined, ecKey(), identified('top', 'older top'));
      const [self] = parse(toUnverifiable(renewed));
      if (!self) throw new Error('there is one');
      expect(shape(buildChain(self, []))).toEqual({ certificates: ['Top'], authority: undefined, complete: false });
    });
  });
});

describe('what others gave their CAs', () => {
  test('is not judged: a root with names that cannot be read', () => {
    const odd = mintAuthority('Odd', undefined, ecKey(), {
      extensions: [caExtension(), extension('2.5.29.17', Buffer.of(0x82, 1, 0x61))],
    });
    expect(() => parseCertificate(odd.der)).toThrow('cannot be parsed');
    const chain = buildChain(issue(odd), parseChainCertificates(certificatesPem(odd.der)));
    expect(chain).toMatchObject({ complete: true, authority: { der: odd.der } });
  });
});

describe('hostile bundles', () => {
  let verifications = 0;
  const counted = (certificate: Certificate): ChainCertificate => ({
    ...certificate,
    notAfter: certificate.notAfter,
    isSignedBy: (issuer) => {
      verifications += 1;
      return certificate.isSignedBy(parseCertificate(issuer.der));
    },
  });

  test.each([
    ['namesakes of the signer', (): Authority => mintAuthority('Lower', upper)],
    ['twins of the signer', (): Authority => mintAuthority('Lower', upper, lower.key)],
    ['self-signed twins of the signer', (): Authority => mintAuthority('Lower', lower, lower.key)],
  ])('hundreds of %s end after a bounded number of verifications', (_, make) => {
    verifications = 0;
    const { der } = make();
    // They differ in the end of the signature, which nobody gets to look at: minting each would take seconds.
    const vary = (_: unknown, at: number): Pick<Authority, 'der'> => {
      const copy = Buffer.from(der);
      copy.writeUInt16BE(at, copy.length - 2);
      return { der: copy };
    };
    const bundle = parse(...Array.from({ length: 510 }, vary)).map(counted);
    expect(() => buildChain(counted(leaf), bundle)).toThrow('bear the same names');
    expect(verifications).toBe(500);
  });

  test('strangers cost no verification', () => {
    const verify = (...others: readonly Authority[]): number => {
      verifications = 0;
      expect(buildChain(counted(leaf), parse(...others).map(counted)).complete).toBe(true);
      return verifications;
    };
    const strangers = Array.from({ length: 20 }, (_, index) => mintAuthority(`Stranger ${index}`));
    expect(verify(...strangers, root, upper, lower)).toBe(verify(root, upper, lower));
  });

  test('a long chain is put in order', () => {
    const line = [root];
    while (line.length < 40) line.unshift(mintAuthority(`Level ${line.length}`, line[0]));
    const { certificates, complete } = buildChain(issue(line[0] ?? root), parse(...line.toReversed()));
    expect(certificates.slice(1).map(({ der }) => der)).toEqual(line.slice(0, -1).map(({ der }) => der));
    expect(complete).toBe(true);
  });
});
