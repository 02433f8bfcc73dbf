import {
  type CertificateRequest,
  type CertificateRequestCondition,
  type CertificateRequestStatus,
  readyCondition,
} from '../../api/certificate-request.ts';
import { withTransitionTime } from '../../api/conditions.ts';
import { formatInstant } from '../../api/instants.ts';
import type { IssuedCertificate } from '../../signers/signer.ts';

/** Everything that this controller wants in the status of a request. */
export type OwnStatus = CertificateRequestStatus & { readonly conditions: readonly [CertificateRequestCondition] };

function ready(
  request: CertificateRequest,
  status: 'True' | 'False',
  reason: string,
  message: string,
  nowMs: number,
): [CertificateRequestCondition] {
  const wanted = { type: 'Ready', status, reason, message } as const;
  return [withTransitionTime<CertificateRequestCondition>(readyCondition(request), wanted, nowMs)];
}

export function issuedStatus(request: CertificateRequest, issued: IssuedCertificate, nowMs: number): OwnStatus {
  const encode = (pem: string): string => Buffer.from(pem).toString('base64');
  return {
    certificate: encode(issued.chainPem),
    ...(issued.caPem === '' ? {} : { ca: encode(issued.caPem) }),
    conditions: ready(request, 'True', 'Issued', 'certificate issued', nowMs),
  };
}

export function pendingStatus(request: CertificateRequest, message: string, nowMs: number): OwnStatus {
  return { conditions: ready(request, 'False', 'Pending', message, nowMs) };
}

/** cert-manager retries a failed request only when `failureTime` stands beside the condition, and not before it. */
export function failedStatus(
  request: CertificateRequest,
  reason: 'Failed' | 'Denied',
  message: string,
  nowMs: number,
): OwnStatus {
  return { failureTime: formatInstant(nowMs), conditions: ready(request, 'False', reason, message, nowMs) };
}

/**
 * The whole status: what this controller wants, and what others say there. No `failureTime` stays that is not wanted any more
 * (somebody may have taken the condition away for another try), and no `ca` beside another chain.
 */
export function withOthers({ status = {} }: CertificateRequest, own: OwnStatus): CertificateRequestStatus {
  const [ready] = own.conditions;
  const { conditions = [], failureTime: _, ...others } = status;
  const { ca: __, ...withoutCa } = others;
  const isThere = conditions.some(({ type }) => type === ready.type);
  return {
    ...(own.certificate === undefined ? others : withoutCa),
    ...own,
    conditions: isThere
      ? conditions.map((condition) => (condition.type === ready.type ? ready : condition))
      : [...conditions, ready],
  };
}

/** Whether the request says all this already, so that a write would change nothing. */
export function isWritten(request: CertificateRequest, wanted: OwnStatus): boolean {
  const [condition] = wanted.conditions;
  const actual = readyCondition(request);
  return (
    actual?.status === condition.status &&
    actual.reason === condition.reason &&
    actual.message === condition.message &&
    request.status?.certificate === wanted.certificate
  );
}
