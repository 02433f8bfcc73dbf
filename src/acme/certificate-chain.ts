import { X509Certificate } from 'node:crypto';

/** Chains are short; Node's reader does not need to see a hostile one. */
const mostCertificates = 20;

const block = /-----BEGIN CERTIFICATE-----[ \t]*\r?\n[A-Za-z0-9+/=\s]+?-----END CERTIFICATE-----/g;

/**
 * The certificates of an application/pem-certificate-chain (RFC 8555 section 9.1), as served, in one spelling: leaf first, ending
 * in a newline. Undefined when the text holds anything else: a key, words between the blocks, a block that is no certificate.
 */
export function readCertificateChain(text: string): string | undefined {
  const blocks = text.match(block) ?? [];
  const isAll = text.replace(block, '').trim() === '';
  if (!isAll || blocks.length === 0 || blocks.length > mostCertificates) return undefined;
  try {
    return blocks.map((pem) => new X509Certificate(pem).toString()).join('');
  } catch {
    // OpenSSL's reason would say which byte; for whoever asked, it is not a certificate.
    return undefined;
  }
}
