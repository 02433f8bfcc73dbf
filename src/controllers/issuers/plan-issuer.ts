import type { Issuer, IssuerSpec } from '../../api/awspca.ts';
import { parseCertificateAuthorityArn } from '../../aws/arn.ts';
import { parseGoDuration } from '../../flags/go-values.ts';
import { InvalidSpec } from './invalid-spec.ts';
import { type CredentialPolicy, type IdentityPlan, planIdentity } from './plan-credentials.ts';

/** Everything that an issuer's spec says, checked and with its defaults. */
export interface IssuerPlan extends IdentityPlan {
  readonly arn: string;
  readonly partition: string;
  readonly region: string;
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

/** Reads an issuer's spec as aws-privateca-issuer v1.12.0 does, with its messages, extended by what to do. */
export function planIssuer(issuer: Issuer, policy: CredentialPolicy): IssuerPlanning {
  const spec = issuer.spec ?? {};
  try {
    const authority = planAuthority(spec);
    const identity = planIdentity(issuer, policy, authority.partition);
    return {
      kind: 'plan',
      plan: {
        ...authority,
        ...identity,
        defaultTemplateName: spec.pcaTemplate?.defaultTemplateName || undefined,
        allowedTemplateNames: planAllowedTemplates(spec),
        notBeforeOffsetMs: planOffset(spec.notBeforeOffset),
        defaultDurationMs: planDefaultDuration(spec),
        clampToCA: spec.validity?.clampToCA ?? false,
      },
    };
  } catch (error) {
    if (error instanceof InvalidSpec) return { kind: 'invalid', reason: error.reason, message: error.message };
    throw error;
  }
}

function planAuthority(spec: IssuerSpec): Pick<IssuerPlan, 'arn' | 'partition' | 'region'> {
  if (!spec.arn)
    throw new InvalidSpec('Validation', 'Failed to validate resource: no Arn found in Issuer Spec. Set spec.arn.');
  const parsed = parseCertificateAuthorityArn(spec.arn);
  if (!parsed) {
    const shape = 'arn:<partition>:acm-pca:<region>:<account>:certificate-authority/<id>';
    throw new InvalidSpec(
      'Validation',
      `spec.arn ${JSON.stringify(spec.arn)} does not name a CA of AWS Private CA; it looks like ${shape}.`,
    );
  }
  if (spec.region && spec.region !== parsed.region) {
    throw new InvalidSpec(
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
  if (!parsed.ok) throw new InvalidSpec('Validation', `spec.notBeforeOffset ${JSON.stringify(text)} ${parsed.fault}.`);
  if (parsed.value < 0) throw new InvalidSpec('Validation', 'notBeforeOffset in Issuer Spec must not be negative');
  if (parsed.value > dayMs) throw new InvalidSpec('Validation', 'notBeforeOffset in Issuer Spec must not exceed 24h');
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
    throw new InvalidSpec('Validation', `spec.validity.defaultDuration ${JSON.stringify(text)} ${fault ?? ''}.`);
  return parsed.value;
}

/** A template's name with its version, or a pattern that may end before that. */
const templatePattern = /^([A-Za-z0-9_*]+\/V[0-9*]+|[A-Za-z0-9_]*\*)$/;

function planAllowedTemplates({ pcaTemplate }: IssuerSpec): readonly string[] {
  const { allowedTemplateNames: names = [] } = pcaTemplate ?? {};
  for (const [index, name] of names.entries()) {
    if (templatePattern.test(name)) continue;
    throw new InvalidSpec(
      'Validation',
      `spec.pcaTemplate.allowedTemplateNames[${index}] ${JSON.stringify(name)} names no template. Write a name with its ` +
        `version, such as SubordinateCACertificate_PathLen1/V1, where * stands for any characters.`,
    );
  }
  return names;
}
