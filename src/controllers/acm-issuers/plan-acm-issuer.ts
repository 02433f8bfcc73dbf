import type { Issuer, IssuerSpec } from '../../api/awspca.ts';
import { InvalidSpec } from '../issuers/invalid-spec.ts';
import { type CredentialPolicy, type IdentityPlan, planIdentity } from '../issuers/plan-credentials.ts';
import { type AccountPlan, planAccount } from './plan-account.ts';
import { type DomainPlan, planDomains, type PlanZoneIdentity } from './plan-domains.ts';
import { type AcmEndpointPlan, type AcmEnvironment, type DirectoryPlan, planEndpoint } from './plan-endpoint.ts';

interface Common {
  readonly account: AccountPlan;
  readonly domains: readonly DomainPlan[];
}

/** At ACM: under the issuer's identity. */
export interface AtAcmPlan extends Common {
  readonly kind: 'acm';
  readonly endpoint: AcmEndpointPlan;
  readonly identity: IdentityPlan & { readonly region: string };
}

/** At another RFC 8555 service. */
export interface AtDirectoryPlan extends Common {
  readonly kind: 'directory';
  readonly endpoint: DirectoryPlan;
}

/** Everything that spec.acm says, checked and with its defaults. */
export type AcmIssuerPlan = AtAcmPlan | AtDirectoryPlan;

export type AcmIssuerPlanning =
  | { readonly kind: 'plan'; readonly plan: AcmIssuerPlan }
  /** Nothing but a change of the spec, or of a flag, mends it. */
  | { readonly kind: 'invalid'; readonly reason: 'Validation' | 'Error'; readonly message: string };

export interface AcmPlanOptions {
  readonly policy: CredentialPolicy;
  readonly environment: AcmEnvironment;
  readonly planZoneIdentity: (issuer: Issuer) => PlanZoneIdentity;
}

/** Reads spec.acm. Every fault names its field, its value and what to do. */
export function planAcmIssuer(issuer: Issuer, options: AcmPlanOptions): AcmIssuerPlanning {
  try {
    return { kind: 'plan', plan: plan(issuer, options) };
  } catch (error) {
    if (error instanceof InvalidSpec) return { kind: 'invalid', reason: error.reason, message: error.message };
    throw error;
  }
}

function plan(issuer: Issuer, { policy, environment, planZoneIdentity }: AcmPlanOptions): AcmIssuerPlan {
  const spec = issuer.spec ?? {};
  refuseForeignFields(spec);
  const endpoint = planEndpoint(issuer, environment);
  const common: Common = {
    account: planAccount(issuer, policy, endpoint),
    domains: planDomains(spec.acm?.domains ?? [], endpoint, planZoneIdentity(issuer)),
  };
  if (endpoint.kind === 'directory') return { kind: 'directory', endpoint, ...common };
  const identity = planIdentity(issuer, policy, endpoint.partition, 'the endpoint in spec.acm.endpoint');
  return { kind: 'acm', endpoint, ...common, identity: { ...identity, region: endpoint.region } };
}

/** What is only for a CA of AWS Private CA. */
function refuseForeignFields(spec: IssuerSpec): void {
  if (spec.arn) {
    throw new InvalidSpec(
      'Validation',
      `spec.arn ${JSON.stringify(spec.arn)} and spec.acm exclude each other. Leave one out: arn is for a CA of AWS Private CA, ` +
        'acm for public certificates.',
    );
  }
  const fields = (['pcaTemplate', 'validity', 'notBeforeOffset'] as const).filter((field) => spec[field] !== undefined);
  if (fields.length === 0) return;
  throw new InvalidSpec(
    'Validation',
    `spec.${fields.join(' and spec.')} cannot be combined with spec.acm: the service decides it. Leave it out.`,
  );
}
