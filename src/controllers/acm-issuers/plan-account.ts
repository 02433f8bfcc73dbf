import type { ExternalAccountBindingSpec } from '../../api/acm.ts';
import type { Issuer } from '../../api/awspca.ts';
import { parseRoleArn } from '../../aws/arn.ts';
import { parseGoDuration } from '../../flags/go-values.ts';
import { InvalidSpec } from '../issuers/invalid-spec.ts';
import { isObjectName } from '../issuers/object-name.ts';
import type { CredentialPolicy } from '../issuers/plan-credentials.ts';
import type { EndpointPlan } from './plan-endpoint.ts';

/** One value in a Secret. */
export interface SecretKey {
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
}

export type BindingPlan =
  /** Created at ACM for this issuer. */
  | { readonly kind: 'role'; readonly roleArn: string; readonly expiresAfterMinutes: number | undefined }
  /** There already, at whatever service. */
  | { readonly kind: 'key'; readonly keyId: string; readonly secret: SecretKey };

export interface AccountPlan {
  readonly secret: SecretKey;
  readonly contact: readonly string[];
  readonly binding: BindingPlan | undefined;
}

/** What the Secret of an account holds beside the private key. */
export const urlKey = 'account-url';
export const directoryKey = 'directory-url';
const accountKeys: readonly string[] = [urlKey, directoryKey];

const invalid = (message: string): InvalidSpec => new InvalidSpec('Validation', message);

/** Throws InvalidSpec. */
export function planAccount(issuer: Issuer, policy: CredentialPolicy, endpoint: EndpointPlan): AccountPlan {
  const { accountKeySecretRef: reference, email, externalAccountBinding } = issuer.spec?.acm ?? {};
  const namespace = secretNamespace(issuer, policy);
  const name = planSecretName('spec.acm.accountKeySecretRef', reference?.name) ?? defaultSecretName(issuer);
  const key = reference?.key || 'tls.key';
  if (accountKeys.includes(key)) {
    throw invalid(
      `spec.acm.accountKeySecretRef.key ${key} is where the controller keeps something else of the account. Name another key.`,
    );
  }
  return {
    secret: { namespace, name, key },
    contact: email ? [`mailto:${email}`] : [],
    binding: externalAccountBinding && planBinding(externalAccountBinding, namespace, endpoint),
  };
}

/** Undefined for none. */
function planSecretName(reference: string, name: string | undefined): string | undefined {
  if (!name) return undefined;
  if (isObjectName(name)) return name;
  throw invalid(`${reference}.name ${JSON.stringify(name)} can be no name of a Secret. Correct it.`);
}

/** A tenant's issuer uses its own namespace, whatever it says. */
export function secretNamespace({ kind, metadata }: Issuer, policy: CredentialPolicy): string {
  return kind === 'AWSPCAClusterIssuer' ? policy.clusterResourceNamespace : (metadata.namespace ?? '');
}

const longestName = 253;
const suffix = '-acme-account';

function defaultSecretName({ metadata: { name } }: Issuer): string {
  if (name.length + suffix.length <= longestName) return `${name}${suffix}`;
  throw invalid(
    `The issuer's name is too long for a Secret with ${suffix} behind it. Set spec.acm.accountKeySecretRef.name.`,
  );
}

const field = 'spec.acm.externalAccountBinding';

function planBinding(spec: ExternalAccountBindingSpec, namespace: string, endpoint: EndpointPlan): BindingPlan {
  const { roleARN, keyID, keySecretRef, expiration } = spec;
  if ((roleARN !== undefined) === (keyID !== undefined || keySecretRef !== undefined))
    throw invalid(`${field} takes either roleARN, or keyID and keySecretRef. Leave out one of them.`);
  if (roleARN === undefined) {
    const name = planSecretName(`${field}.keySecretRef`, keySecretRef?.name);
    if (!keyID || !name) throw invalid(`${field}.keyID and keySecretRef belong together. Set both.`);
    if (expiration !== undefined) throw invalid(`${field}.expiration is for roleARN alone. Leave it out.`);
    return {
      kind: 'key',
      keyId: keyID,
      secret: { namespace, name, key: keySecretRef?.key || 'secret' },
    };
  }
  if (endpoint.kind === 'directory') {
    throw invalid(
      `${field}.roleARN is for ACM alone, and spec.acm.endpoint.directoryURL names another service. Set keyID and keySecretRef, ` +
        'or leave externalAccountBinding out.',
    );
  }
  return {
    kind: 'role',
    roleArn: planRole(roleARN, endpoint.partition),
    expiresAfterMinutes: planExpiration(expiration),
  };
}

function planRole(roleARN: string, partition: string): string {
  const parsed = parseRoleArn(roleARN);
  if (!parsed) {
    throw invalid(
      `${field}.roleARN ${JSON.stringify(roleARN)} is not the ARN of an IAM role. It looks like ` +
        'arn:<partition>:iam::<account>:role/<name>.',
    );
  }
  if (parsed.partition === partition) return roleARN;
  throw invalid(
    `${field}.roleARN ${roleARN} is in partition ${parsed.partition}, but the endpoint is in ${partition}. Name a role of the ` +
      'same partition.',
  );
}

const minuteMs = 60_000;

function planExpiration(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const parsed = parseGoDuration(text);
  if (!parsed.ok) throw invalid(`${field}.expiration ${JSON.stringify(text)} ${parsed.fault}.`);
  if (parsed.value >= minuteMs) return Math.floor(parsed.value / minuteMs);
  throw invalid(`${field}.expiration ${JSON.stringify(text)} is too short: ACM takes at least 1m.`);
}
