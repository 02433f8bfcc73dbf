import { type ChainCertificate, parseChainCertificates } from './certificate.ts';

/** Parses chains, and knows the last one again: a CA sends the same with every certificate. */
export class ChainReader {
  #last: { readonly pem: string; readonly certificates: readonly ChainCertificate[] } | undefined;

  /** Throws CertificateError. */
  read(pem: string): readonly ChainCertificate[] {
    if (this.#last?.pem !== pem) this.#last = { pem, certificates: parseChainCertificates(pem) };
    return this.#last.certificates;
  }
}
