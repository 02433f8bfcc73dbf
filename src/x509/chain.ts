import type { ChainCertificate } from './certificate.ts';

/** A leaf with what signed it. */
export interface CertificateChain {
  /** The leaf and the intermediates upward; never a self-signed root (RFC 8446 4.4.2 lets it be omitted). */
  readonly certificates: readonly ChainCertificate[];
  /** The self-signed root, or the topmost certificate that was given when the root was not; undefined for a lone leaf. */
  readonly authority: ChainCertificate | undefined;
  /** Whether `authority` signed itself. */
  readonly complete: boolean;
}

/** The given certificates form no chain from the leaf. */
export class ChainError extends Error {
  override readonly name = 'ChainError';
}

/**
 * Orders `others`, given in any order and with repetitions, into the chain that signed `leaf`. Links are verified
 * signatures, not names. Where several certificates fit (cross-signed twins), the shortest way to a self-signed root is
 * taken; where none leads to a root, the one that goes furthest up; of equal ways the one that lasts longest. The order
 * of `others` makes no difference. Certificates that are no part of the chain are left out.
 */
export function buildChain(leaf: ChainCertificate, others: readonly ChainCertificate[]): CertificateChain {
  const pool = others.filter((other) => !other.der.equals(leaf.der));
  const links = new Links(pool);
  if (links.isSelfSigned(leaf)) return { certificates: [leaf], authority: leaf, complete: true };
  const path = climb(leaf, links);
  if (path.length === 0 && pool.length > 0) {
    throw new ChainError('none of the certificates of the chain signed the issued certificate');
  }
  const top = path.at(-1);
  const complete = top !== undefined && links.isSelfSigned(top);
  return { certificates: [leaf, ...(complete ? path.slice(0, -1) : path)], authority: top, complete };
}

/** The way upward from `leaf`, without it. Breadth first, each certificate once: rings and twins cannot multiply ways. */
function climb(leaf: ChainCertificate, links: Links): ChainCertificate[] {
  let furthest: ChainCertificate[] = [];
  for (let level: ChainCertificate[][] = [[]]; level.length > 0;) {
    [furthest = []] = level;
    const next = level.flatMap((path) => links.takeSigners(path.at(-1) ?? leaf).map((signer) => [...path, signer]));
    const complete = next.find((path) => path.slice(-1).some((top) => links.isSelfSigned(top)));
    if (complete) return complete;
    level = next;
  }
  return furthest;
}

/** Far more than any chain in use needs; a bundle of namesakes must not hold up everybody's certificates. */
const mostVerifications = 500;

/** Who signed whom among the certificates of a bundle. */
class Links {
  readonly #bySubject: Map<string, ChainCertificate[]>;
  #verifications = 0;

  constructor(certificates: readonly ChainCertificate[]) {
    const distinct = new Map(certificates.map((certificate) => [nameKey(certificate.der), certificate]));
    const inOrder = [...distinct.values()].sort(longestLastingFirst);
    this.#bySubject = Map.groupBy(inOrder, ({ subject }) => nameKey(subject));
  }

  /** The signers of a certificate that were not taken before. */
  takeSigners(certificate: ChainCertificate): ChainCertificate[] {
    const name = nameKey(certificate.issuer);
    const candidates = Map.groupBy(this.#bySubject.get(name) ?? [], (it) => this.#isSignedBy(certificate, it));
    this.#bySubject.set(name, candidates.get(false) ?? []);
    return candidates.get(true) ?? [];
  }

  isSelfSigned(certificate: ChainCertificate): boolean {
    return certificate.issuer.equals(certificate.subject) && this.#isSignedBy(certificate, certificate);
  }

  #isSignedBy(certificate: ChainCertificate, issuer: ChainCertificate): boolean {
    this.#verifications += 1;
    if (this.#verifications > mostVerifications) {
      throw new ChainError('too many certificates of the chain bear the same names');
    }
    return certificate.isSignedBy(issuer);
  }
}

const nameKey = (bytes: Buffer): string => bytes.toString('base64');

const longestLastingFirst = (a: ChainCertificate, b: ChainCertificate): number =>
  b.notAfter.getTime() - a.notAfter.getTime() || Buffer.compare(a.der, b.der);
