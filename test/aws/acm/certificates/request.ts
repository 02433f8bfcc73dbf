import { randomUUID } from 'node:crypto';
import { ServiceError } from '../../errors.ts';
import type { KeyAlgorithm } from '../../model.ts';
import { parseAuthorityArn } from '../../pca/arns.ts';
import { refuse } from '../../pca/refuse.ts';
import type { Call } from '../../service.ts';
import { callerOf, requireAllowed, tokenKeyOf } from '../access.ts';
import { LIMITS } from '../limits.ts';
import { readOptionalChoice, readOptionalList, readOptionalStructure, readOptionalText, readText } from '../read.ts';
import type { Parameters } from '../read.ts';
import type { AcmState } from '../state.ts';
import { CERTIFICATE_TAG_CODES, readTags } from '../tags.ts';
import { validationRecord } from '../validation-record.ts';
import type { AcmCertificate, DomainProof } from './certificate.ts';

const NAME = /^(\*\.)?(((?!-)[A-Za-z0-9-]{0,62}[A-Za-z0-9])\.)+((?!-)[A-Za-z0-9-]{1,62}[A-Za-z0-9])$/;
const PUBLIC_KEYS: readonly KeyAlgorithm[] = ['RSA_2048', 'EC_prime256v1', 'EC_secp384r1'];
const PRIVATE_KEYS: readonly KeyAlgorithm[] = [...PUBLIC_KEYS, 'RSA_3072', 'RSA_4096', 'EC_secp521r1'];
const METHODS = ['DNS', 'EMAIL', 'HTTP'] as const;
/** It becomes the common name. */
const LONGEST_DOMAIN_NAME = 64;

/** RequestCertificate. Throws ServiceError. */
export function requestCertificate(state: AcmState, call: Call): { readonly CertificateArn: string } {
  const { parameters } = call;
  const token = readOptionalText(parameters, 'IdempotencyToken', { pattern: /^\w+$/, max: 32 });
  const certificate = readRequest(state, call);
  requireAllowed(state, call, certificate.arn.replace(/[^/]*$/, '*'));
  if (certificate.tags.size > 0) requireAllowed(state, call, certificate.arn, 'acm:AddTagsToCertificate');
  const key = token === undefined ? undefined : tokenKeyOf(call, token);
  const mismatch = state.pca.settings.idempotencyMismatch === 'error' ? 'InvalidParameterException' : undefined;
  const known = key === undefined ? undefined : state.idempotency.recall(key, parameters, mismatch);
  if (known !== undefined && state.certificates.has(known)) return { CertificateArn: known };
  requireRoom(state, certificate);
  state.certificates.set(certificate.arn, certificate);
  if (key !== undefined) state.idempotency.remember(key, parameters, certificate.arn);
  return { CertificateArn: certificate.arn };
}

function readRequest(state: AcmState, call: Call): AcmCertificate {
  const { parameters, region } = call;
  const { account, partition } = callerOf(call);
  const names = readNames(parameters);
  const domainName = names[0] ?? '';
  const authorityArn = readAuthority(parameters);
  const isPublic = authorityArn === undefined;
  const method = readOptionalChoice(parameters, 'ValidationMethod', METHODS) ?? 'EMAIL';
  const options = readOptionalStructure(parameters, 'Options') ?? {};
  const tags = readTags(parameters, 'Tags', CERTIFICATE_TAG_CODES);
  return {
    arn: `arn:${partition}:acm:${region}:${account}:certificate/${randomUUID()}`,
    ...{ account, region, domainName, names, tags },
    type: isPublic ? 'AMAZON_ISSUED' : 'PRIVATE',
    origin: 'AWS_MANAGED',
    createdAt: state.times.clock.now(),
    exportOption: readOptionalChoice(options, 'Export', ['ENABLED', 'DISABLED']) ?? 'DISABLED',
    certificateAuthorityArn: authorityArn,
    proofs: isPublic && method === 'DNS' ? names.map((name) => proofOf(account, name)) : [],
    keyAlgorithm: readOptionalChoice(parameters, 'KeyAlgorithm', isPublic ? PUBLIC_KEYS : PRIVATE_KEYS) ?? 'RSA_2048',
    status: 'PENDING_VALIDATION',
    ...{ acmeEndpointArn: undefined, acmeAccountId: undefined, failureReason: undefined, issued: undefined },
    ...{ issuedAt: undefined, importedAt: undefined, revokedAt: undefined, inUseBy: [], issuing: undefined },
  };
}

function readNames(parameters: Parameters): readonly string[] {
  const domainName = readText(parameters, 'DomainName', { pattern: NAME, max: 253 });
  const alternative = readOptionalList(parameters, 'SubjectAlternativeNames') ?? [];
  if (alternative.length > 100) refuse('SubjectAlternativeNames', 'Member must have length less than or equal to 100');
  const others = alternative.map((value) => readText({ name: value }, 'name', { pattern: NAME, max: 253 }));
  const names = [...new Set([domainName, ...others].map((name) => name.toLowerCase()))];
  if (domainName.length > LONGEST_DOMAIN_NAME) {
    throw new ServiceError('InvalidParameterException', `DomainName has more than ${LONGEST_DOMAIN_NAME} octets.`);
  }
  if (names.length > LIMITS.namesOfRequestedCertificate) {
    const message = `The request has more than ${LIMITS.namesOfRequestedCertificate} names.`;
    throw new ServiceError('LimitExceededException', message);
  }
  return names;
}

function readAuthority(parameters: Parameters): string | undefined {
  const arn = readOptionalText(parameters, 'CertificateAuthorityArn', { max: 2048 });
  if (arn === undefined || parseAuthorityArn(arn)) return arn;
  throw new ServiceError('InvalidArnException', `The ARN ${arn} is not that of a certificate authority.`);
}

/** A wildcard is proved by the record of its domain; the record is the account's, whatever the certificate. */
function proofOf(account: string, domainName: string): DomainProof {
  return { domainName, record: validationRecord(account, domainName.replace(/^\*\./, '')), seenAt: undefined };
}

function requireRoom(state: AcmState, { account, region }: AcmCertificate): void {
  const counted = [...state.certificates.values()].filter(
    (each) =>
      each.account === account && each.region === region && each.type === 'AMAZON_ISSUED' && each.origin !== 'ACME',
  );
  if (counted.length < LIMITS.certificates) return;
  throw new ServiceError('LimitExceededException', `There are already ${LIMITS.certificates} certificates.`);
}
