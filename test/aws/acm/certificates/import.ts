import { createPrivateKey, randomUUID, X509Certificate } from 'node:crypto';
import { ServiceError } from '../../errors.ts';
import { refuse } from '../../pca/refuse.ts';
import type { Call } from '../../service.ts';
import { callerOf, requireAllowed } from '../access.ts';
import { readOptionalText, readText, type Parameters } from '../read.ts';
import type { AcmState } from '../state.ts';
import { CERTIFICATE_TAG_CODES, readTags, type Tags } from '../tags.ts';
import type { AcmCertificate, IssuedPart } from './certificate.ts';
import { requireCertificate } from './find.ts';

const MOST_BYTES = { Certificate: 32_768, PrivateKey: 5120, CertificateChain: 2_097_152 } as const;

interface Imported {
  readonly issued: IssuedPart;
  readonly names: readonly string[];
  readonly keyAlgorithm: AcmCertificate['keyAlgorithm'];
}

/** ImportCertificate: a new one, or another under the same ARN. Throws ServiceError. */
export async function importCertificate(state: AcmState, call: Call): Promise<{ readonly CertificateArn: string }> {
  const imported = readImport(call.parameters, state.times.clock.now());
  const tags = readTags(call.parameters, 'Tags', CERTIFICATE_TAG_CODES);
  const isAgain = readOptionalText(call.parameters, 'CertificateArn') !== undefined;
  const certificate = isAgain ? await requireImported(state, call, tags) : create(state, call, tags);
  certificate.issued = imported.issued;
  certificate.names = imported.names;
  certificate.domainName = imported.names[0] ?? '';
  certificate.keyAlgorithm = imported.keyAlgorithm;
  certificate.status = 'ISSUED';
  certificate.importedAt = state.times.clock.now();
  state.certificates.set(certificate.arn, certificate);
  return { CertificateArn: certificate.arn };
}

async function requireImported(state: AcmState, call: Call, tags: Tags): Promise<AcmCertificate> {
  if (tags.size > 0) {
    throw new ServiceError('InvalidParameterException', 'Tags cannot be given when a certificate is imported again.');
  }
  const certificate = await requireCertificate(state, call);
  if (certificate.type === 'IMPORTED') return certificate;
  throw new ServiceError('ValidationException', `Certificate ${certificate.arn} was not imported.`);
}

function create(state: AcmState, call: Call, tags: Tags): AcmCertificate {
  const { account, partition } = callerOf(call);
  const { region } = call;
  const arn = `arn:${partition}:acm:${region}:${account}:certificate/${randomUUID()}`;
  requireAllowed(state, call, arn.replace(/[^/]*$/, '*'));
  if (tags.size > 0) requireAllowed(state, call, arn, 'acm:AddTagsToCertificate');
  return {
    ...{ arn, account, region, tags, type: 'IMPORTED', origin: 'CUSTOMER_PROVIDED', exportOption: 'DISABLED' },
    createdAt: state.times.clock.now(),
    ...{ certificateAuthorityArn: undefined, acmeEndpointArn: undefined, acmeAccountId: undefined, proofs: [] },
    ...{ domainName: '', names: [], keyAlgorithm: 'RSA_2048', status: 'ISSUED', failureReason: undefined },
    ...{ issued: undefined, issuedAt: undefined, importedAt: undefined, revokedAt: undefined, inUseBy: [] },
    issuing: undefined,
  };
}

function readImport(parameters: Parameters, now: number): Imported {
  const certificate = parse('certificate', () => new X509Certificate(readPem(parameters, 'Certificate')));
  const key = parse('private key', () => createPrivateKey(readPem(parameters, 'PrivateKey')));
  const chainPem = parameters['CertificateChain'] === undefined ? '' : readPem(parameters, 'CertificateChain');
  if (!certificate.checkPrivateKey(key)) invalid('The private key is not the one of the certificate.');
  const notBefore = Date.parse(certificate.validFrom);
  const notAfter = Date.parse(certificate.validTo);
  if (now < notBefore || now > notAfter) invalid('The certificate is not within its validity period.');
  requireChain(certificate, chainPem);
  const names = namesOf(certificate);
  if (names.length === 0) invalid('The certificate has no name.');
  const serial = certificate.serialNumber.toLowerCase();
  const { subject, issuer, keyAlgorithm } = described(certificate);
  const certificatePem = certificate.toString();
  return { issued: { serial, subject, issuer, notBefore, notAfter, certificatePem, chainPem }, names, keyAlgorithm };
}

function readPem(parameters: Parameters, name: keyof typeof MOST_BYTES): string {
  const bytes = Buffer.from(readText(parameters, name), 'base64');
  if (bytes.length > MOST_BYTES[name])
    refuse(name, `Member must have length less than or equal to ${MOST_BYTES[name]}`);
  return bytes.toString('latin1');
}

function parse<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    return invalid(`The ${what} is not valid, unencrypted PEM.`);
  }
}

function requireChain(certificate: X509Certificate, chainPem: string): void {
  const [first] = chainPem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (first === undefined) return;
  const issuer = parse('certificate chain', () => new X509Certificate(first));
  if (!certificate.verify(issuer.publicKey)) invalid('The certificate chain does not begin with the issuer.');
}

function namesOf({ subjectAltName = '', subject }: X509Certificate): readonly string[] {
  const names = [...subjectAltName.matchAll(/DNS:([^,\s]+)/g)].map(([, name = '']) => name);
  const common = /^CN=(.+)$/m.exec(subject)?.[1];
  return [...new Set([...(common === undefined ? [] : [common]), ...names])];
}

function described({ subject, issuer, publicKey }: X509Certificate): {
  readonly subject: string;
  readonly issuer: string;
  readonly keyAlgorithm: AcmCertificate['keyAlgorithm'];
} {
  const { modulusLength, namedCurve = '' } = publicKey.asymmetricKeyDetails ?? {};
  const name = publicKey.asymmetricKeyType === 'rsa' ? `RSA_${modulusLength}` : `EC_${namedCurve}`;
  const keyAlgorithm = IMPORTABLE.find((candidate) => candidate === name);
  const oneLine = (text: string | undefined): string => (text ?? '').split('\n').join(',');
  if (!issuer) return invalid('The certificate has no issuer.');
  if (!keyAlgorithm) return invalid(`Keys of the kind ${name} cannot be imported.`);
  return { subject: oneLine(subject), issuer: oneLine(issuer), keyAlgorithm };
}

const IMPORTABLE = [
  ...(['RSA_1024', 'RSA_2048', 'RSA_3072', 'RSA_4096', 'EC_prime256v1', 'EC_secp384r1', 'EC_secp521r1'] as const),
];

function invalid(message: string): never {
  throw new ServiceError('ValidationException', message);
}
