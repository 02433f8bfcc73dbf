import {
  type CertificateRequest,
  hasCertificate,
  hasSpec,
  isApproved,
  isDenied,
  isFinished,
  isInvalid,
  type SpecifiedRequest,
} from '../../api/certificate-request.ts';
import { type IssuerTarget, issuerTargetOf } from '../../api/issuer-target.ts';

/** What is to be done with a request, before any issuer is looked at. */
export type Gate =
  /** Not ours, finished, on its way out, or not to be touched. */
  | { readonly step: 'ignore' }
  /** Somebody denied it: say so in the Ready condition. */
  | { readonly step: 'mirrorDenial' }
  | { readonly step: 'refuseKind'; readonly kind: string }
  | { readonly step: 'awaitApproval' }
  | {
      readonly step: 'sign';
      readonly request: SpecifiedRequest;
      readonly target: Extract<IssuerTarget, { type: 'issuer' }>;
    };

/** The order matters: a denial holds even where the approval check is switched off, and a last word is never changed. */
export function decideGate(request: CertificateRequest, approvalRequired: boolean): Gate {
  const target = issuerTargetOf(request);
  if (target.type === 'foreign' || !hasSpec(request)) return { step: 'ignore' };
  if (isFinished(request) || isInvalid(request)) return { step: 'ignore' };
  if (request.metadata.deletionTimestamp !== undefined) return { step: 'ignore' };
  if (isDenied(request)) return { step: 'mirrorDenial' };
  if (target.type === 'unsupportedKind') return { step: 'refuseKind', kind: target.kind };
  if (approvalRequired && !isApproved(request)) return { step: 'awaitApproval' };
  if (hasCertificate(request)) return { step: 'ignore' };
  return { step: 'sign', request, target };
}
