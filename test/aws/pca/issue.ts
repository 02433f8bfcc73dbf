import { createHash } from 'node:crypto';
import { ServiceError } from '../errors.ts';
import type { Call } from '../service.ts';
import { ALGORITHMS, isSigningAlgorithm, type Algorithm } from '../x509/algorithms.ts';
import { signCertificate } from '../x509/certificate.ts';
import { CsrError, parseCsr, type Csr } from '../x509/csr.ts';
import { EXTENSION } from '../x509/extensions.ts';
import { acceptedKeyOf, familyOf } from '../x509/keys.ts';
import { callerOf, requireAuthority } from './access.ts';
import { parseTemplateArn, templateArn } from './arns.ts';
import { newSerial, statusNow, type CertificateAuthority } from './authority.ts';
import { applyTemplate } from './content.ts';
import type { IssueRequest } from './requests.ts';
import type { IssuedCertificate, PcaState } from './state.ts';
import { DEFAULT_TEMPLATE, TEMPLATES, type Template } from './templates.ts';
import { isAnyDigestAllowed } from './regions.ts';
import { validateIssue } from './validate.ts';
import { decidePeriod, type Period } from './validity.ts';

/** AWS Private CA remembers an idempotency token for this long. */
const TOKEN_WINDOW_MS = 5 * 60_000;
const KNOWN_ALGORITHMS = [...Object.keys(ALGORITHMS), 'SM3WITHSM2'];

interface Plan {
  readonly request: IssueRequest;
  readonly authority: CertificateAuthority;
  readonly template: Template;
  readonly algorithm: Algorithm;
  readonly csr: Csr;
  readonly period: Period;
}

/** IssueCertificate: checks, signs, bills; or finds what the token stands for. Throws ServiceError. */
export function issueCertificate(state: PcaState, call: Call): { readonly CertificateArn: string } {
  const plan = planIssue(state, call);
  const key = tokenKey(call, plan.request);
  const remembered = key === undefined ? undefined : recall(state, key, plan.request);
  if (remembered !== undefined) return { CertificateArn: remembered };
  const issued = sign(state, plan);
  bill(state, plan, issued);
  if (key !== undefined) remember(state, key, plan.request, issued.arn);
  return { CertificateArn: issued.arn };
}

function planIssue(state: PcaState, call: Call): Plan {
  const request = validateIssue(call.parameters);
  const partition = request.CertificateAuthorityArn.split(':')[1] ?? 'aws';
  const requested = request.TemplateArn ?? templateArn(partition, DEFAULT_TEMPLATE);
  const authority = requireAuthority(state, call, requested);
  const now = state.times.clock.now();
  requireActive(authority, now);
  const template = requireTemplate(requested, authority);
  const algorithm = requireAlgorithm(request.SigningAlgorithm, authority);
  const csr = requireCsr(request, template);
  if (template.isRoot) requireOwnKey(authority, csr);
  const limits = { notAfter: authority.notAfter, shortLived: authority.usageMode === 'SHORT_LIVED_CERTIFICATE' };
  const period = decidePeriod(now, request.Validity, request.ValidityNotBefore, limits);
  return { request, authority, template, algorithm, csr, period };
}

function requireActive(authority: CertificateAuthority, now: number): void {
  const status = statusNow(authority, now);
  if (status === 'ACTIVE') return;
  const message = `The certificate authority ${authority.arn} is not in a valid state for issuing certificates: ${status}.`;
  throw new ServiceError('InvalidStateException', message);
}

function requireTemplate(arn: string, authority: CertificateAuthority): Template {
  const parsed = parseTemplateArn(arn);
  const template = TEMPLATES.get(parsed?.name ?? '');
  if (!template || parsed?.partition !== authority.partition) {
    throw new ServiceError('InvalidArnException', `Could not find the template with ARN ${arn}.`);
  }
  if (template.isRoot && authority.type !== 'root') {
    throw new ServiceError('InvalidArgsException', 'Only a root certificate authority issues root certificates.');
  }
  if (template.isCa && !template.isRoot) requirePath(template, authority);
  return template;
}

/** A CA's path length bounds how many CAs may follow below it (RFC 5280, section 4.2.1.9). */
function requirePath(template: Template, { pathLength }: CertificateAuthority): void {
  if (pathLength === undefined || (template.pathLength ?? Infinity) < pathLength) return;
  const message = `The path length of template ${template.name} is not below that of the issuing certificate authority, ${pathLength}.`;
  throw new ServiceError('InvalidArgsException', message);
}

function requireAlgorithm(name: string, authority: CertificateAuthority): Algorithm {
  if (!KNOWN_ALGORITHMS.includes(name)) {
    const values = KNOWN_ALGORITHMS.join(', ');
    const constraint = `Member must satisfy enum value set: [${values}]`;
    const message = `1 validation error detected: Value at 'signingAlgorithm' failed to satisfy constraint: ${constraint}`;
    throw new ServiceError('ValidationException', message);
  }
  const algorithm = isSigningAlgorithm(name) ? ALGORITHMS[name] : undefined;
  if (algorithm?.family === familyOf(authority.keyAlgorithm) && fitsKey(name, algorithm, authority)) return algorithm;
  const message = `The signing algorithm ${name} does not fit the key algorithm ${authority.keyAlgorithm} of the certificate authority.`;
  throw new ServiceError('InvalidArgsException', message);
}

/** Whether an algorithm of the key's family is for this very key: ML-DSA always, ECDSA in newer Regions. */
function fitsKey(name: string, { family, digest }: Algorithm, { region, keyAlgorithm }: CertificateAuthority): boolean {
  if (family === 'ML_DSA') return name === keyAlgorithm;
  if (family === 'RSA' || isAnyDigestAllowed(region)) return true;
  const digests: Readonly<Record<string, string>> = { EC_prime256v1: 'sha256', EC_secp384r1: 'sha384' };
  return digest === (digests[keyAlgorithm] ?? 'sha512');
}

function requireCsr(request: IssueRequest, template: Template): Csr {
  const csr = readCsr(Buffer.from(request.Csr, 'base64').toString('latin1'));
  if (acceptedKeyOf(csr.publicKey) === undefined) {
    const type = csr.publicKey.asymmetricKeyType ?? 'unknown';
    throw new ServiceError('MalformedCSRException', `The key of the CSR (${type}) is not supported.`);
  }
  const api = template.takesApi ? request.ApiPassthrough : undefined;
  const hasNames = csr.extensions.some(({ identifier }) => identifier === EXTENSION.subjectAltName);
  const hasApiNames = api?.Subject !== undefined || api?.Extensions?.SubjectAlternativeNames !== undefined;
  if (!csr.hasSubject && !hasNames && !hasApiNames) {
    throw new ServiceError('MalformedCSRException', 'The CSR must contain a subject or a subject alternative name.');
  }
  return csr;
}

function readCsr(pem: string): Csr {
  try {
    return parseCsr(pem);
  } catch (error) {
    if (error instanceof CsrError) throw new ServiceError('MalformedCSRException', error.message);
    throw error;
  }
}

function requireOwnKey(authority: CertificateAuthority, csr: Csr): void {
  const own = authority.publicKeyInfo;
  if (own.equals(csr.publicKeyInfo)) return;
  throw new ServiceError('InvalidArgsException', 'A root certificate is issued for the key of the root itself.');
}

function tokenKey(call: Call, request: IssueRequest): string | undefined {
  if (request.IdempotencyToken === undefined) return undefined;
  return JSON.stringify([callerOf(call).account, request.CertificateAuthorityArn, request.IdempotencyToken]);
}

function recall(state: PcaState, key: string, request: IssueRequest): string | undefined {
  const remembered = state.tokens.get(key);
  if (!remembered || remembered.forgottenAt <= state.times.clock.monotonic()) return undefined;
  const isSame = remembered.fingerprint === fingerprintOf(request);
  if (!isSame && state.settings.idempotencyMismatch === 'error') {
    throw new ServiceError('InvalidArgsException', 'The idempotency token was used with other parameters.');
  }
  return remembered.certificateArn;
}

function remember(state: PcaState, key: string, request: IssueRequest, certificateArn: string): void {
  const forgottenAt = state.times.clock.monotonic() + TOKEN_WINDOW_MS;
  state.tokens.set(key, { certificateArn, fingerprint: fingerprintOf(request), forgottenAt });
}

function fingerprintOf(request: IssueRequest): string {
  const members = Object.entries(request).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(members)).digest('hex');
}

function sign(state: PcaState, { request, authority, template, algorithm, csr, period }: Plan): IssuedCertificate {
  const serial = newSerial();
  const part = { keyIdentifier: authority.keyIdentifier, ...authority.options };
  const { subject, extensions } = applyTemplate(template, part, csr, request.ApiPassthrough);
  const { publicKeyInfo } = csr;
  const issuer = template.isRoot ? subject : authority.subject;
  const content = { serial, issuer, subject, publicKeyInfo, ...period, extensions };
  const certificate = signCertificate(content, algorithm, authority.privateKey);
  const readyAt = state.times.clock.monotonic() + (authority.issuingTimeMs ?? state.settings.issuingTimeMs);
  const hex = serial.toString('hex');
  const arn = `${authority.arn}/certificate/${hex}`;
  const issued = { arn, authority, serial: hex, certificate, readyAt, isRoot: template.isRoot, revokedAt: undefined };
  state.certificates.set(arn, issued);
  return issued;
}

function bill(state: PcaState, { request, authority, template, csr }: Plan, issued: IssuedCertificate): void {
  state.recorder.recordBill({
    certificateArn: issued.arn,
    certificateAuthorityArn: authority.arn,
    serial: issued.serial,
    csrSha256: csr.sha256,
    templateArn: templateArn(authority.partition, template.name),
    ...(request.IdempotencyToken !== undefined && { token: request.IdempotencyToken }),
    account: authority.account,
    time: state.times.clock.now(),
  });
}
