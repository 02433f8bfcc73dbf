import { ServiceError } from '../../errors.ts';
import type { Call } from '../../service.ts';
import { callerOf, requireAllowed } from '../access.ts';
import { cutPage } from '../pages.ts';
import { readOptionalChoice, readOptionalChoices, readOptionalStructure, seconds, type Parameters } from '../read.ts';
import type { AcmState } from '../state.ts';
import type { AcmCertificate, CertificateStatus, KeyPairOrigin } from './certificate.ts';
import { showInstants } from './describe.ts';
import { refreshCertificate } from './refresh.ts';

type KeyAlgorithm = AcmCertificate['keyAlgorithm'];

const STATUSES: readonly CertificateStatus[] = [
  ...(['PENDING_VALIDATION', 'ISSUED', 'INACTIVE', 'EXPIRED', 'VALIDATION_TIMED_OUT', 'REVOKED', 'FAILED'] as const),
];
const ORIGINS: readonly KeyPairOrigin[] = ['ACME', 'AWS_MANAGED', 'CUSTOMER_PROVIDED'];
const KEYS: readonly KeyAlgorithm[] = [
  ...(['RSA_1024', 'RSA_2048', 'RSA_3072', 'RSA_4096', 'EC_prime256v1', 'EC_secp384r1', 'EC_secp521r1'] as const),
];
/** How many names a summary shows. */
const MOST_NAMES = 100;

/** ListCertificates: by default neither those of ACME endpoints nor those with other keys than RSA up to 2048. */
export async function listCertificates(state: AcmState, call: Call): Promise<unknown> {
  requireAllowed(state, call, '*');
  const { account } = callerOf(call);
  const here = [...state.certificates.values()].filter(
    (each) => each.account === account && each.region === call.region,
  );
  for (const certificate of here) await refreshCertificate(state, certificate);
  const rule = { member: 'MaxItems', most: 1000, usual: state.settings.pageSize } as const;
  const { entries, next } = cutPage(call.parameters, select(call.parameters, here), ({ arn }) => arn, rule);
  return { CertificateSummaryList: entries.map(summarize), ...next };
}

function select(parameters: Parameters, all: readonly AcmCertificate[]): readonly AcmCertificate[] {
  const statuses = readOptionalChoices(parameters, 'CertificateStatuses', STATUSES) ?? STATUSES;
  const origins = readOptionalChoices(parameters, 'CertificateKeyPairOrigins', ORIGINS) ?? ORIGINS.slice(1);
  const includes = readOptionalStructure(parameters, 'Includes') ?? {};
  const keys = readOptionalChoices(includes, 'keyTypes', KEYS) ?? KEYS.slice(0, 2);
  const exportOption = readOptionalChoice(includes, 'exportOption', ['ENABLED', 'DISABLED']);
  const selected = all.filter(
    (each) =>
      statuses.includes(each.status) &&
      origins.includes(each.origin) &&
      keys.includes(each.keyAlgorithm) &&
      (exportOption ?? each.exportOption) === each.exportOption,
  );
  return isDescending(parameters) ? selected.toReversed() : selected;
}

/** Certificates are kept in the order of their creation. */
function isDescending(parameters: Parameters): boolean {
  const by = readOptionalChoice(parameters, 'SortBy', ['CREATED_AT']);
  const order = readOptionalChoice(parameters, 'SortOrder', ['ASCENDING', 'DESCENDING']);
  if ((by === undefined) !== (order === undefined)) {
    throw new ServiceError('InvalidArgsException', 'SortBy and SortOrder are given together or not at all.');
  }
  return order === 'DESCENDING';
}

function summarize(certificate: AcmCertificate): unknown {
  const { names, issued, inUseBy } = certificate;
  return {
    CertificateArn: certificate.arn,
    DomainName: certificate.domainName,
    SubjectAlternativeNameSummaries: names.slice(0, MOST_NAMES),
    HasAdditionalSubjectAlternativeNames: names.length > MOST_NAMES,
    Status: certificate.status,
    Type: certificate.type,
    KeyAlgorithm: certificate.keyAlgorithm,
    ExportOption: certificate.exportOption,
    InUse: inUseBy.length > 0,
    Exported: false,
    ...(issued && { NotBefore: seconds(issued.notBefore), NotAfter: seconds(issued.notAfter) }),
    ...showInstants(certificate),
    CertificateKeyPairOrigin: certificate.origin,
  };
}
