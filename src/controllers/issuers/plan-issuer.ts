import type { Issuer, IssuerSpec } from '../../api/awspca.ts';
import { parseCertificateAuthorityArn } from '../../aws/arn.ts';
import { parseGoDuration } from '../../flags/go-values.ts';

/** Where an issuer's credentials come from, before anything was read. */
export type CredentialPlan =
  | { readonly kind: 'ambient' }
  | {
      readonly kind: 'secret';
      readonly namespace: string;
      readonly name: string;
      readonly accessKeyIdKey: string;
      readonly secretAccessKeyKey: string;
    };

/** Everything that an issuer's spec says, checked and with its defaults. */
export interface IssuerPlan {
  readonly arn: string;
  readonly partition: string;
  readonly region: string;
  readonly credentials: CredentialPlan;
  readonly role: string | undefined;
  readonly defaultTemplateName: string | undefined;
  readonly allowedTemplateNames: readonly string[];
  readonly notBeforeOffsetMs: number;
  readonly defaultDurationMs: number;
  readonly clampToCA: boolean;
}

export type IssuerPlanning =
  | { readonly kind: 'plan'; readonly plan: IssuerPlan }
  /** Nothing but a change of the spec, or of a flag, mends it. */
  | { readonly kind: 'invalid'; readonly reason: 'Validation' | 'Error'; readonly message: string };

export interface IssuerPolicy {
  readonly clusterIssuerAmbientCredentials: boolean;
  readonly issuerAmbientCredentials: boolean;
  /** Where an AWSPCAClusterIssuer's references without a namespace point. */
  readonly clusterResourceNamespace: string;
}

/** A fault of the spec. */
class Invalid extends Error {
  readonly reason: 'Validation' | 'Error';

  constructor(reason: 'Validation' | 'Error', message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Reads an issuer's spec as aws-privateca-issuer v1.12.0 does, with its messages, extended by what to do. */
export function planIssuer(issuer: Issuer, policy: IssuerPolicy): IssuerPlanning {
  const spec = issuer.spec ?? {};
  try {
    const authority = planAuthority(spec);
    const credentials = planCredentials(issuer, spec, policy);
    return {
      kind: 'plan',
      plan: {
        ...authority,
        credentials,
        role: spec.role || undefined,
        defaultTemplateName: spec.pcaTemplate?.defaultTemplateName || undefined,
        allowedTemplateNames: planAllowedTemplates(spec),
        notBeforeOffsetMs: planOffset(spec.notBeforeOffset),
        defaultDurationMs: planDefaultDuration(spec),
        clampToCA: spec.validity?.clampToCA ?? false,
      },
    };
  } catch (error) {
    if (error instanceof Invalid) return { kind: 'invalid', reason: error.reason, message: error.message };
    throw error;
  }
}

function planAuthority(spec: IssuerSpec): Pick<IssuerPlan, 'arn' | 'partition' | 'region'> {
  if (!spec.arn)
    throw new Invalid('Validation', 'Failed to validate resource: no Arn found in Issuer Spec. Set spec.arn.');
  const parsed = parseCertificateAuthorityArn(spec.arn);
  if (!parsed) {
    const shape = 'arn:<partition>:acm-pca:<region>:<account>:certificate-authority/<id>';
    throw new Invalid(
      'Validation',
      `spec.arn ${JSON.stringify(spec.arn)} does not name a CA of AWS Private CA; it looks like ${shape}.`,
    );
  }
  if (spec.region && spec.region !== parsed.region) {
    throw new Invalid(
      'Validation',
      `spec.region is ${spec.region}, but the CA in spec.arn is in ${parsed.region}. Leave spec.region out, or correct one of them.`,
    );
  }
  return { arn: parsed.arn, partition: parsed.partition, region: parsed.region };
}

const dayMs = 24 * 3_600_000;
/** As aws-privateca-issuer since v1.10: enough for clocks that are off, too little to make short-lived clients renew. */
const defaultOffsetMs = 15 * 60_000;

function planOffset(text: string | undefined): number {
  if (text === undefined || text === '') return defaultOffsetMs;
  const parsed = parseGoDuration(text);
  if (!parsed.ok) throw new Invalid('Validation', `spec.notBeforeOffset ${JSON.stringify(text)} ${parsed.fault}.`);
  if (parsed.value < 0) throw new Invalid('Validation', 'notBeforeOffset in Issuer Spec must not be negative');
  if (parsed.value > dayMs) throw new Invalid('Validation', 'notBeforeOffset in Issuer Spec must not exceed 24h');
  return parsed.value;
}

/** aws-privateca-issuer's, for requests without a duration. */
const defaultDurationMs = 30 * dayMs;

function planDefaultDuration({ validity }: IssuerSpec): number {
  const { defaultDuration: text } = validity ?? {};
  if (text === undefined || text === '') return defaultDurationMs;
  const parsed = parseGoDuration(text);
  const fault = parsed.ok ? (parsed.value > 0 ? undefined : 'must be longer than zero') : parsed.fault;
  if (!parsed.ok || fault !== undefined)
    throw new Invalid('Validation', `spec.validity.defaultDuration ${JSON.stringify(text)} ${fault ?? ''}.`);
  return parsed.value;
}

/** A template's name with its version, or a pattern that may end before that. */
const templatePattern = /^([A-Za-z0-9_*]+\/V[0-9*]+|[A-Za-z0-9_]*\*)$/;

function planAllowedTemplates({ pcaTemplate }: IssuerSpec): readonly string[] {
  const { allowedTemplateNames: names = [] } = pcaTemplate ?? {};
  for (const [index, name] of names.entries()) {
    if (templatePattern.test(name)) continue;
    throw new Invalid(
      'Validation',
      `spec.pcaTemplate.allowedTemplateNames[${index}] ${JSON.stringify(name)} names no template. Write a name with its ` +
        `version, such as SubordinateCACertificate_PathLen1/V1, where * stands for any characters.`,
    );
  }
  return names;
}

function planCredentials(issuer: Issuer, spec: IssuerSpec, policy: IssuerPolicy): CredentialPlan {
  if (spec.serviceAccountRef) refuseServiceAccount(issuer, spec, policy);
  const { secretRef } = spec;
  if (secretRef?.name) {
    return {
      kind: 'secret',
      namespace: referenceNamespace(issuer, 'secretRef', secretRef.namespace, policy),
      name: secretRef.name,
      accessKeyIdKey: secretRef.accessKeyIDSelector?.key || 'AWS_ACCESS_KEY_ID',
      secretAccessKeyKey: secretRef.secretAccessKeySelector?.key || 'AWS_SECRET_ACCESS_KEY',
    };
  }
  refuseUnlessAmbient(issuer, policy);
  return { kind: 'ambient' };
}

function refuseServiceAccount(issuer: Issuer, spec: IssuerSpec, policy: IssuerPolicy): never {
  if (spec.secretRef?.name) throw new Invalid('Error', 'set only one of secretRef and serviceAccountRef');
  if (!spec.serviceAccountRef?.name) throw new Invalid('Error', 'serviceAccountRef.name is required');
  if (!spec.role) throw new Invalid('Error', 'role must be set when using serviceAccountRef');
  referenceNamespace(issuer, 'serviceAccountRef', spec.serviceAccountRef.namespace, policy);
  throw new Invalid(
    'Error',
    'spec.serviceAccountRef is not supported by this version. Use spec.secretRef, or the credentials of the controller ' +
      '(--issuer-ambient-credentials, --cluster-issuer-ambient-credentials) with spec.role.',
  );
}

/** A tenant's issuer never reaches beyond its own namespace. */
function referenceNamespace(
  issuer: Issuer,
  field: string,
  namespace: string | undefined,
  policy: IssuerPolicy,
): string {
  if (issuer.kind === 'AWSPCAClusterIssuer') return namespace || policy.clusterResourceNamespace;
  const own = issuer.metadata.namespace ?? '';
  if (namespace && namespace !== own) {
    throw new Invalid('Error', `${field}: namespace must match the Issuer's namespace (${own})`);
  }
  return own;
}

function refuseUnlessAmbient(issuer: Issuer, policy: IssuerPolicy): void {
  const isCluster = issuer.kind === 'AWSPCAClusterIssuer';
  if (isCluster ? policy.clusterIssuerAmbientCredentials : policy.issuerAmbientCredentials) return;
  const flag = isCluster ? '--cluster-issuer-ambient-credentials' : '--issuer-ambient-credentials';
  throw new Invalid(
    'Error',
    `empty credentials; perhaps you meant to enable ambient credentials? Name a Secret with an access key in ` +
      `spec.secretRef, or let every ${issuer.kind} use the controller's own AWS identity with ${flag}.`,
  );
}
