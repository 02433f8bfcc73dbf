import { type KeyObject, X509Certificate } from 'node:crypto';
import { csrPem, dnsSan, ecKey, mintCsr, nameOf } from '../test/support/pki.ts';

export interface PooledCsr {
  /** PEM in base64, as a CertificateRequest has it. */
  readonly request: string;
  readonly publicKey: KeyObject;
}

/** So many CSRs with a key each, made beforehand. */
export function mintPool(size: number): PooledCsr[] {
  return Array.from({ length: size }, (_, index) => {
    const host = `host-${index}.orchard.test`;
    const key = ecKey();
    const der = mintCsr({ key, subject: nameOf(host), extensions: [dnsSan(host)] });
    return { request: Buffer.from(csrPem(der)).toString('base64'), publicKey: key.publicKey };
  });
}

/** Whether a certificate, as a CertificateRequest has it, is for this CSR's key. */
export function isFor({ publicKey }: PooledCsr, certificate: string): boolean {
  return new X509Certificate(Buffer.from(certificate, 'base64')).publicKey.equals(publicKey);
}
