import { randomBytes, randomUUID, type KeyObject } from 'node:crypto';
import type { AuthorityOptions, AuthorityStatus, KeyAlgorithm, SigningAlgorithm, UsageMode } from '../model.ts';
import { ALGORITHMS } from '../x509/algorithms.ts';
import { signCertificate } from '../x509/certificate.ts';
import { authorityKeyIdentifier, basicConstraints, keyUsage, subjectKeyIdentifier } from '../x509/extensions.ts';
import { familyOf, generateKeys, isMlDsa, keyIdentifierOf, publicKeyInfoOf } from '../x509/keys.ts';
import { encodeName, type NameAttribute } from '../x509/names.ts';

export interface CertificateAuthority {
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  readonly type: 'root' | 'subordinate';
  readonly keyAlgorithm: KeyAlgorithm;
  readonly signingAlgorithm: SigningAlgorithm;
  readonly usageMode: UsageMode;
  readonly privateKey: KeyObject;
  /** DER of the SubjectPublicKeyInfo. */
  readonly publicKeyInfo: Buffer;
  readonly keyIdentifier: Buffer;
  readonly commonName: string;
  /** DER of the Name. */
  readonly subject: Buffer;
  readonly serial: Buffer;
  /** DER. */
  readonly certificate: Buffer;
  /** DER of the certificates above, up to the root; empty for a root. */
  readonly parents: readonly Buffer[];
  /** DER of the certificate that another CA signed for the same key and name, and of what is above that. */
  readonly twins: readonly Buffer[];
  readonly notBefore: number;
  readonly notAfter: number;
  readonly pathLength: number | undefined;
  readonly options: AuthorityOptions;
  readonly createdAt: number;
  /** Template names by the account that they are shared with. */
  readonly shares: Map<string, ReadonlySet<string>>;
  status: AuthorityStatus;
  statusChangedAt: number;
  issuingTimeMs: number | undefined;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

interface Draft {
  readonly options: AuthorityOptions;
  readonly parent: CertificateAuthority | undefined;
  readonly crossSigner: CertificateAuthority | undefined;
  readonly now: number;
  readonly id: string;
  readonly isRoot: boolean;
}

/** Makes a CA with its own key, signed by `parent` or, for a root, by itself; and by `crossSigner` too. */
export async function createAuthority(
  options: AuthorityOptions,
  parent: CertificateAuthority | undefined,
  now: number,
  crossSigner?: CertificateAuthority,
): Promise<CertificateAuthority> {
  const isRoot = (options.type ?? (parent ? 'subordinate' : 'root')) === 'root';
  if (isRoot && parent) throw new Error('a root certificate authority has no parent');
  const above = isRoot ? undefined : (parent ?? (await createOutsideRoot(now)));
  return makeAuthority({ options, parent: above, crossSigner, now, id: randomUUID(), isRoot });
}

/** The root of an organization that signed its subordinate outside AWS. */
function createOutsideRoot(now: number): Promise<CertificateAuthority> {
  const options: AuthorityOptions = { subject: { commonName: 'Stand-in root outside AWS' }, validityDays: 7300 };
  return makeAuthority({ options, parent: undefined, crossSigner: undefined, now, id: randomUUID(), isRoot: true });
}

async function makeAuthority(draft: Draft): Promise<CertificateAuthority> {
  const { options, parent, crossSigner, now, id, isRoot } = draft;
  const { account = '111122223333', region = 'us-east-1', partition = 'aws', keyAlgorithm = 'EC_prime256v1' } = options;
  const keys = await generateKeys(keyAlgorithm);
  const publicKeyInfo = publicKeyInfoOf(keys.publicKey);
  const signed = signAuthority(draft, keys.privateKey, publicKeyInfo, keyAlgorithm);
  return {
    arn: `arn:${partition}:acm-pca:${region}:${account}:certificate-authority/${id}`,
    ...{ account, region, partition, keyAlgorithm, options },
    type: isRoot ? 'root' : 'subordinate',
    signingAlgorithm: options.signingAlgorithm ?? defaultAlgorithm(keyAlgorithm),
    usageMode: options.usageMode ?? 'GENERAL_PURPOSE',
    privateKey: keys.privateKey,
    publicKeyInfo,
    ...signed,
    parents: lineOf(parent),
    twins: crossSigner ? [crossSign(draft, crossSigner, keys.privateKey, publicKeyInfo), ...lineOf(crossSigner)] : [],
    createdAt: now,
    shares: new Map(),
    status: options.status ?? 'ACTIVE',
    statusChangedAt: now,
    issuingTimeMs: options.issuingTimeMs,
  };
}

const lineOf = (authority: CertificateAuthority | undefined): Buffer[] =>
  authority ? [authority.certificate, ...authority.parents] : [];

function crossSign(draft: Draft, signer: CertificateAuthority, key: KeyObject, publicKeyInfo: Buffer): Buffer {
  const { keyAlgorithm = 'EC_prime256v1' } = draft.options;
  return signAuthority({ ...draft, parent: signer }, key, publicKeyInfo, keyAlgorithm).certificate;
}

type Signed = Pick<
  CertificateAuthority,
  'keyIdentifier' | 'commonName' | 'subject' | 'serial' | 'certificate' | 'notBefore' | 'notAfter' | 'pathLength'
>;

function signAuthority(draft: Draft, ownKey: KeyObject, publicKeyInfo: Buffer, keyAlgorithm: KeyAlgorithm): Signed {
  const { options, parent, isRoot } = draft;
  const commonName = options.subject?.commonName ?? `Stand-in ${isRoot ? 'root' : 'CA'} ${draft.id.slice(0, 8)}`;
  const subject = encodeName(attributesOf(options, commonName));
  const period = periodOf(draft);
  const pathLength = options.pathLength ?? (parent ? remainingPath(parent) : undefined);
  const keyIdentifier = keyIdentifierOf(publicKeyInfo);
  const serial = newSerial();
  const extensions = [
    basicConstraints(true, true, pathLength),
    ...(parent ? [authorityKeyIdentifier(parent.keyIdentifier)] : []),
    subjectKeyIdentifier(keyIdentifier),
    keyUsage(true, ['digitalSignature', 'keyCertSign', 'cRLSign']),
  ];
  const content = { serial, issuer: parent?.subject ?? subject, subject, publicKeyInfo, ...period, extensions };
  const algorithm = ALGORITHMS[parent?.signingAlgorithm ?? options.signingAlgorithm ?? defaultAlgorithm(keyAlgorithm)];
  const certificate = signCertificate(content, algorithm, parent?.privateKey ?? ownKey);
  return { keyIdentifier, commonName, subject, serial, certificate, ...period, pathLength };
}

function attributesOf({ subject = {} }: AuthorityOptions, commonName: string): NameAttribute[] {
  const attributes: [string, string | undefined][] = [
    ['2.5.4.6', subject.country],
    ['2.5.4.10', subject.organization],
    ['2.5.4.11', subject.organizationalUnit],
    ['2.5.4.3', commonName],
  ];
  return attributes.flatMap(([type, text]) => (text === undefined ? [] : [{ type, text }]));
}

function periodOf({ options, parent, now }: Draft): { notBefore: number; notAfter: number } {
  const wanted = options.notAfter ?? now + (options.validityDays ?? 3650) * DAY;
  const notAfter = parent ? Math.min(wanted, parent.notAfter) : wanted;
  // A CA whose end is set into the past (to test expiry) still has to begin before it ends.
  const notBefore = Math.min(now, notAfter - HOUR) - HOUR;
  return { notBefore: wholeSeconds(notBefore), notAfter: wholeSeconds(notAfter) };
}

const wholeSeconds = (epochMs: number): number => Math.floor(epochMs / 1000) * 1000;

/** AWS Private CA gives every subordinate one of the path lengths 0 to 3. */
function remainingPath(parent: CertificateAuthority): number {
  if (parent.pathLength === 0) throw new Error(`${parent.arn} must not sign another certificate authority`);
  return parent.pathLength === undefined ? 3 : parent.pathLength - 1;
}

export function defaultAlgorithm(key: KeyAlgorithm): SigningAlgorithm {
  if (isMlDsa(key)) return key;
  if (familyOf(key) === 'RSA') return 'SHA256WITHRSA';
  if (key === 'EC_secp384r1') return 'SHA384WITHECDSA';
  return key === 'EC_secp521r1' ? 'SHA512WITHECDSA' : 'SHA256WITHECDSA';
}

/** 16 random bytes with a first digit other than zero, so that it is a positive integer of stable length. */
export function newSerial(): Buffer {
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial;
}

/** The status as the service would report it now: an active CA expires by itself. */
export function statusNow(authority: CertificateAuthority, now: number): AuthorityStatus {
  return authority.status === 'ACTIVE' && now > authority.notAfter ? 'EXPIRED' : authority.status;
}
