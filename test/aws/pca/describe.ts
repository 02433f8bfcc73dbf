import { ServiceError } from '../errors.ts';
import type { Authority } from '../model.ts';
import type { Call } from '../service.ts';
import { toPem } from '../x509/pem.ts';
import { callerOf, requireAuthority } from './access.ts';
import { statusNow, type CertificateAuthority } from './authority.ts';
import type { PcaState } from './state.ts';

type Shape = Readonly<Record<string, unknown>>;

const RESTORATION_MS = 30 * 24 * 3_600_000;

/** DescribeCertificateAuthority. Throws ServiceError. */
export function describeAuthority(state: PcaState, call: Call): Shape {
  const authority = requireAuthority(state, call);
  return { CertificateAuthority: shapeOf(authority, state.times.clock.now()) };
}

/** ListCertificateAuthorities: those of the caller's account, or those shared with it. Throws ServiceError. */
export function listAuthorities(state: PcaState, call: Call): Shape {
  const { account } = callerOf(call);
  const isOthers = call.parameters['ResourceOwner'] === 'OTHER_ACCOUNTS';
  const now = state.times.clock.now();
  const visible = [...state.authorities.values()].filter(
    (it) => it.region === call.region && (isOthers ? it.shares.has(account) : it.account === account),
  );
  const start = startOf(call.parameters['NextToken'], visible.length);
  const size = Math.min(Number(call.parameters['MaxResults'] ?? 100), 100);
  const page = visible.slice(start, start + size).map((it) => shapeOf(it, now));
  const hasMore = start + size < visible.length;
  return { CertificateAuthorities: page, ...(hasMore && { NextToken: String(start + size) }) };
}

function startOf(token: unknown, count: number): number {
  if (token === undefined) return 0;
  const start = Number(token);
  if (Number.isInteger(start) && start > 0 && start < count) return start;
  throw new ServiceError('InvalidNextTokenException', 'The NextToken is not valid.');
}

function shapeOf(authority: CertificateAuthority, now: number): Shape {
  const Status = statusNow(authority, now);
  return {
    Arn: authority.arn,
    OwnerAccount: authority.account,
    Type: authority.type.toUpperCase(),
    Status,
    CreatedAt: authority.createdAt / 1000,
    LastStateChangeAt: authority.statusChangedAt / 1000,
    ...certificatePart(authority, Status),
    ...(Status === 'FAILED' && { FailureReason: 'OTHER' }),
    ...(Status === 'DELETED' && { RestorableUntil: (authority.statusChangedAt + RESTORATION_MS) / 1000 }),
    UsageMode: authority.usageMode,
    KeyStorageSecurityStandard: 'FIPS_140_2_LEVEL_3_OR_HIGHER',
    RevocationConfiguration: revocationOf(authority),
    CertificateAuthorityConfiguration: {
      KeyAlgorithm: authority.keyAlgorithm,
      SigningAlgorithm: authority.signingAlgorithm,
      Subject: { CommonName: authority.commonName },
    },
  };
}

/** A CA has no certificate until one is installed. */
function certificatePart(authority: CertificateAuthority, status: string): Shape {
  if (['CREATING', 'PENDING_CERTIFICATE', 'FAILED'].includes(status)) return {};
  const Serial = authority.serial.toString('hex');
  return { Serial, NotBefore: authority.notBefore / 1000, NotAfter: authority.notAfter / 1000 };
}

function revocationOf({ options: { crlUrl, ocspUrl } }: CertificateAuthority): Shape {
  return {
    CrlConfiguration: { Enabled: crlUrl !== undefined },
    OcspConfiguration: { Enabled: ocspUrl !== undefined },
  };
}

/** The CA as the stand-in's own API shows it. */
export function summaryOf(authority: CertificateAuthority, now: number): Authority {
  const { arn, type, account, region, keyAlgorithm, signingAlgorithm, usageMode, notBefore, notAfter } = authority;
  return {
    ...{ arn, type, account, region, keyAlgorithm, signingAlgorithm, usageMode, notBefore, notAfter },
    status: statusNow(authority, now),
    certificatePem: toPem('CERTIFICATE', authority.certificate),
    chainPem: authority.parents.map((der) => toPem('CERTIFICATE', der)).join('\n'),
  };
}
