import type { Clock } from '../../../src/system/clock.ts';
import { createAuthority, newSerial, type CertificateAuthority } from '../pca/authority.ts';
import { ALGORITHMS } from '../x509/algorithms.ts';
import { signCertificate } from '../x509/certificate.ts';
import { authorityKeyIdentifier, basicConstraints, certificatePolicies, extendedKeyUsage } from '../x509/extensions.ts';
import { keyUsage, subjectAltName, subjectKeyIdentifier, type Extension } from '../x509/extensions.ts';
import { keyIdentifierOf } from '../x509/keys.ts';
import { encodeName } from '../x509/names.ts';
import { toPem } from '../x509/pem.ts';
import type { AuthorityOptions } from '../model.ts';
import type { PublicAuthorityCertificates } from './model.ts';

export type KeyFamily = 'RSA' | 'ECDSA';

export interface LeafWish {
  readonly names: readonly string[];
  /** DER of the SubjectPublicKeyInfo. */
  readonly publicKeyInfo: Buffer;
  readonly family: KeyFamily;
  /** Common name of the subject; undefined: an empty subject. */
  readonly commonName: string | undefined;
  readonly validityDays: number;
}

export interface Leaf {
  /** Lower-case hex. */
  readonly serial: string;
  readonly certificate: Buffer;
  /** Leaf and intermediate; the root is not sent. */
  readonly chainPem: string;
  readonly issuer: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

const DAY_MS = 86_400_000;
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
/** CA/Browser Forum: domain validated. */
const DOMAIN_VALIDATED = '2.23.140.1.2.1';

/** The CAs behind public certificates: a root and an intermediate for each family of keys, made when first needed. */
export class PublicAuthority {
  readonly #clock: Clock;
  readonly #intermediates = new Map<KeyFamily, Promise<Line>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async sign(wish: LeafWish): Promise<Leaf> {
    const { intermediate } = await this.#lineOf(wish.family);
    const notBefore = Math.floor(this.#clock.now() / 1000) * 1000;
    const notAfter = notBefore + wish.validityDays * DAY_MS - 1000;
    const { commonName, publicKeyInfo } = wish;
    const serial = newSerial();
    const subject = encodeName(commonName === undefined ? [] : [{ type: '2.5.4.3', text: commonName }]);
    const content = { serial, issuer: intermediate.subject, subject, publicKeyInfo, notBefore, notAfter };
    const algorithm = ALGORITHMS[intermediate.signingAlgorithm];
    const extensions = extensionsOf(wish, intermediate);
    const certificate = signCertificate({ ...content, extensions }, algorithm, intermediate.privateKey);
    const chainPem = [certificate, intermediate.certificate].map((der) => `${toPem('CERTIFICATE', der)}\n`).join('');
    const issuer = intermediate.commonName;
    return { serial: serial.toString('hex'), certificate, chainPem, issuer, notBefore, notAfter };
  }

  async certificates(): Promise<PublicAuthorityCertificates[]> {
    const families: readonly KeyFamily[] = ['ECDSA', 'RSA'];
    return Promise.all(families.map(async (keyFamily) => describe(keyFamily, await this.#lineOf(keyFamily))));
  }

  #lineOf(family: KeyFamily): Promise<Line> {
    const line = this.#intermediates.get(family) ?? createLine(family, this.#clock.now());
    this.#intermediates.set(family, line);
    return line;
  }
}

interface Line {
  readonly root: CertificateAuthority;
  readonly intermediate: CertificateAuthority;
}

async function createLine(family: KeyFamily, now: number): Promise<Line> {
  const keyAlgorithm = family === 'RSA' ? 'RSA_2048' : 'EC_prime256v1';
  const named = (commonName: string): Pick<AuthorityOptions, 'subject'> => ({
    subject: { organization: 'Stand-in public trust', commonName },
  });
  const root = await createAuthority({ ...named(`Stand-in public ${family} root`), keyAlgorithm }, undefined, now);
  const below = { ...named(`Stand-in public ${family} intermediate`), keyAlgorithm, pathLength: 0 } as const;
  return { root, intermediate: await createAuthority(below, root, now) };
}

function describe(keyFamily: KeyFamily, { root, intermediate }: Line): PublicAuthorityCertificates {
  const pem = ({ certificate }: CertificateAuthority): string => `${toPem('CERTIFICATE', certificate)}\n`;
  return { keyFamily, rootPem: pem(root), intermediatePem: pem(intermediate) };
}

function extensionsOf(
  { names, publicKeyInfo, family, commonName }: LeafWish,
  issuer: CertificateAuthority,
): Extension[] {
  return [
    authorityKeyIdentifier(issuer.keyIdentifier),
    subjectKeyIdentifier(keyIdentifierOf(publicKeyInfo)),
    // RFC 5280, section 4.2.1.6: critical where the subject is empty.
    subjectAltName(commonName === undefined, names),
    keyUsage(true, family === 'RSA' ? ['digitalSignature', 'keyEncipherment'] : ['digitalSignature']),
    extendedKeyUsage(false, [SERVER_AUTH]),
    certificatePolicies([DOMAIN_VALIDATED]),
    basicConstraints(true, false),
  ];
}
