import type { Certificate } from './certificate.ts';

/** A leaf with what signed it. */
export interface CertificateChain {
  /** The leaf and the intermediates upward; never a self-signed root (RFC 8446 4.4.2 lets it be omitted). */
  readonly certificates: readonly Certificate[];
  /** The self-signed root, or the topmost certificate that was given when the root was not; undefined for a lone leaf. */
  readonly authority: Certificate | undefined;
  /** Whether `authority` signed itself. */
  readonly complete: boolean;
}

/** The given certificates form no chain from the leaf. */
export class ChainError extends Error {
  override readonly name = 'ChainError';
}

const isSelfSigned = (certificate: Certificate): boolean => certificate.isSignedBy(certificate);

/**
 * Orders `others`, given in any order and with repetitions, into the chain that signed `leaf`. Links are verified
 * signatures, not names. Where several certificates fit (cross-signed twins), the shortest way to a self-signed root is
 * taken; where none leads to a root, the one that goes furthest up. Certificates that are no part of the chain are left
 * out.
 */
export function buildChain(leaf: Certificate, others: readonly Certificate[]): CertificateChain {
  if (isSelfSigned(leaf)) return { certificates: [leaf], authority: leaf, complete: true };
  const pool = distinct(others).filter((other) => !other.der.equals(leaf.der));
  const path = climb(leaf, pool);
  if (path.length === 0 && pool.length > 0) {
    throw new ChainError('none of the certificates of the chain signed the issued certificate');
  }
  const top = path.at(-1);
  const complete = top !== undefined && isSelfSigned(top);
  return { certificates: [leaf, ...(complete ? path.slice(0, -1) : path)], authority: top, complete };
}

function distinct(certificates: readonly Certificate[]): Certificate[] {
  return [...new Map(certificates.map((certificate) => [certificate.der.toString('base64'), certificate])).values()];
}

/** The way upward from `leaf`, without it. Breadth first, each certificate once: rings and twins cannot multiply ways. */
function climb(leaf: Certificate, pool: readonly Certificate[]): Certificate[] {
  const waiting = new Set(pool);
  let furthest: Certificate[] = [];
  for (let level: Certificate[][] = [[]]; level.length > 0;) {
    [furthest = []] = level;
    const next = level.flatMap((path) => {
      const signers = signersOf(path.at(-1) ?? leaf, waiting);
      for (const signer of signers) waiting.delete(signer);
      return signers.map((signer) => [...path, signer]);
    });
    const complete = next.find((path) => path.slice(-1).some(isSelfSigned));
    if (complete) return complete;
    level = next;
  }
  return furthest;
}

const signersOf = (certificate: Certificate, pool: ReadonlySet<Certificate>): Certificate[] =>
  [...pool].filter((candidate) => certificate.isSignedBy(candidate));
