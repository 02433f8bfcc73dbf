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
 * signatures, not names. Where two certificates of the same key fit (a cross-signed twin), the one that leads to a
 * self-signed root is taken, and of two such the shorter way. Certificates that are no part of the chain are left out.
 */
export function buildChain(leaf: Certificate, others: readonly Certificate[]): CertificateChain {
  const pool = distinct(others).filter((other) => !other.der.equals(leaf.der));
  if (isSelfSigned(leaf)) return { certificates: [leaf], authority: leaf, complete: true };
  const path = best(pathsFrom(leaf, pool));
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

/** Every way upward from `certificate`, each ending where no further signer is in the pool. */
function pathsFrom(certificate: Certificate, pool: readonly Certificate[]): Certificate[][] {
  if (isSelfSigned(certificate)) return [[]];
  const signers = pool.filter((candidate) => certificate.isSignedBy(candidate));
  if (signers.length === 0) return [[]];
  return signers.flatMap((signer) => {
    const rest = pool.filter((candidate) => candidate !== signer);
    return pathsFrom(signer, rest).map((path) => [signer, ...path]);
  });
}

function best(paths: readonly Certificate[][]): Certificate[] {
  const isComplete = (path: readonly Certificate[]): boolean => {
    const top = path.at(-1);
    return top !== undefined && isSelfSigned(top);
  };
  const [first = []] = paths.toSorted(
    (a, b) =>
      Number(isComplete(b)) - Number(isComplete(a)) || (isComplete(a) ? a.length - b.length : b.length - a.length),
  );
  return first;
}
