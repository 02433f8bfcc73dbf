import type { Issuer, IssuerSpec } from '../../api/awspca.ts';
import { parseRoleArn } from '../../aws/arn.ts';
import { defaultRoleSessionName, type RoleStep } from '../../aws/identity.ts';
import { InvalidSpec } from './invalid-spec.ts';
import { isObjectName } from './object-name.ts';

/** Where an issuer's credentials come from, before anything was read. */
export type CredentialPlan =
  | { readonly kind: 'ambient' }
  | {
      readonly kind: 'secret';
      readonly namespace: string;
      readonly name: string;
      readonly accessKeyIdKey: string;
      readonly secretAccessKeyKey: string;
      readonly sessionTokenKey: string;
      /** The issuer names the key of the session token: it has to be there. */
      readonly hasSessionToken: boolean;
    }
  /** As cert-manager has it: the parts of an access key may stand in Secrets of their own. */
  | {
      readonly kind: 'accessKey';
      readonly namespace: string;
      readonly accessKeyId: { readonly literal: string } | SecretKey;
      readonly secretAccessKey: SecretKey;
    }
  | {
      readonly kind: 'serviceAccount';
      readonly namespace: string;
      readonly name: string;
      readonly audiences: readonly string[];
      /** The role that a token is exchanged for. */
      readonly role: string;
    };

/** A key of a Secret. */
export interface SecretKey {
  readonly name: string;
  readonly key: string;
}

/** The AWS identity that an issuer asks for. */
export interface IdentityPlan {
  readonly credentials: CredentialPlan;
  /** Assumed one after another, beginning with the credentials; a ServiceAccount's own role is not among them. */
  readonly roles: readonly RoleStep[];
  readonly roleSessionName: string;
}

export interface CredentialPolicy {
  readonly clusterIssuerAmbientCredentials: boolean;
  readonly issuerAmbientCredentials: boolean;
  /** Where an AWSPCAClusterIssuer's references without a namespace point. */
  readonly clusterResourceNamespace: string;
}

/** What the identity is for: no role of another partition reaches it. */
interface Target {
  readonly partition: string;
  readonly name: string;
}

/** Throws InvalidSpec. `partition` is that of what is called, which a sentence calls `target`. */
export function planIdentity(
  issuer: Issuer,
  policy: CredentialPolicy,
  partition: string,
  target = 'the CA in spec.arn',
): IdentityPlan {
  const spec = issuer.spec ?? {};
  const credentials = planCredentials(issuer, spec, policy);
  const roles = planRoles(spec, { partition, name: target });
  if (credentials.kind === 'serviceAccount' && spec.externalID) {
    throw new InvalidSpec(
      'Error',
      `spec.externalID ${JSON.stringify(spec.externalID)} cannot be used with spec.serviceAccountRef: AWS takes none where a ` +
        'token is exchanged for a role. Leave it out; roles in spec.roleChain may have one each.',
    );
  }
  return {
    credentials,
    roles: credentials.kind === 'serviceAccount' ? roles.slice(1) : roles,
    roleSessionName: planSessionName(spec),
  };
}

function planCredentials(issuer: Issuer, spec: IssuerSpec, policy: CredentialPolicy): CredentialPlan {
  if (spec.serviceAccountRef) return planServiceAccount(issuer, spec, policy);
  const { secretRef } = spec;
  if (secretRef?.name) {
    return {
      kind: 'secret',
      ...planReference(issuer, 'secretRef', secretRef.name, secretRef.namespace, policy),
      accessKeyIdKey: secretRef.accessKeyIDSelector?.key || 'AWS_ACCESS_KEY_ID',
      secretAccessKeyKey: secretRef.secretAccessKeySelector?.key || 'AWS_SECRET_ACCESS_KEY',
      sessionTokenKey: secretRef.sessionTokenSelector?.key || 'AWS_SESSION_TOKEN',
      hasSessionToken: Boolean(secretRef.sessionTokenSelector?.key),
    };
  }
  refuseUnlessAmbient(issuer, spec, policy);
  return { kind: 'ambient' };
}

/** The audience of tokens for AWS STS: https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html */
export const defaultAudiences: readonly string[] = ['sts.amazonaws.com'];

function planServiceAccount(
  issuer: Issuer,
  { serviceAccountRef: { name, namespace, audiences = [] } = { name: '' }, secretRef, role }: IssuerSpec,
  policy: CredentialPolicy,
): CredentialPlan {
  if (secretRef?.name) {
    throw new InvalidSpec(
      'Error',
      `set only one of secretRef and serviceAccountRef. Remove spec.secretRef (${secretRef.name}) to use the ServiceAccount, ` +
        `or spec.serviceAccountRef (${name}) to use the Secret.`,
    );
  }
  if (!name) {
    throw new InvalidSpec(
      'Error',
      'serviceAccountRef.name is required. Set spec.serviceAccountRef.name to the ServiceAccount that the role trusts.',
    );
  }
  if (!role) {
    throw new InvalidSpec(
      'Error',
      `role must be set when using serviceAccountRef. Set spec.role to the ARN of the role that trusts ServiceAccount ${name}.`,
    );
  }
  const empty = audiences.findIndex((audience) => audience.trim() === '');
  if (empty >= 0) {
    throw new InvalidSpec(
      'Error',
      `spec.serviceAccountRef.audiences[${empty}] ${JSON.stringify(audiences[empty])} is empty. Name an audience that the ` +
        `IAM OIDC identity provider accepts, or leave audiences out for ${defaultAudiences.join()}.`,
    );
  }
  return {
    kind: 'serviceAccount',
    ...planReference(issuer, 'serviceAccountRef', name, namespace, policy),
    audiences: audiences.length > 0 ? audiences : defaultAudiences,
    role,
  };
}

const referents = { secretRef: 'Secret', serviceAccountRef: 'ServiceAccount' } as const;

/** Refuses what nothing can be called. */
function planReference(
  issuer: Issuer,
  field: keyof typeof referents,
  name: string,
  givenNamespace: string | undefined,
  policy: CredentialPolicy,
): { readonly namespace: string; readonly name: string } {
  const namespace = referenceNamespace(issuer, field, givenNamespace, policy);
  for (const [part, value] of Object.entries({ name, namespace })) {
    if (isObjectName(value)) continue;
    const what = part === 'name' ? `a ${referents[field]}` : 'a namespace';
    throw new InvalidSpec(
      'Error',
      `spec.${field}.${part} ${JSON.stringify(value)} can be no name of ${what}. Correct it.`,
    );
  }
  return { namespace, name };
}

/** A tenant's issuer never reaches beyond its own namespace. */
function referenceNamespace(
  issuer: Issuer,
  field: keyof typeof referents,
  namespace: string | undefined,
  policy: CredentialPolicy,
): string {
  if (issuer.kind === 'AWSPCAClusterIssuer') return namespace || policy.clusterResourceNamespace;
  const own = issuer.metadata.namespace ?? '';
  if (!namespace || namespace === own) return own;
  const kind = referents[field];
  throw new InvalidSpec(
    'Error',
    `${field}: namespace must match the Issuer's namespace (${own}), and spec.${field}.namespace is ${namespace}. An ` +
      `AWSPCAIssuer uses no ${kind} of another namespace: leave the field out, and use a ${kind} in ${own}.`,
  );
}

function refuseUnlessAmbient(issuer: Issuer, { role }: IssuerSpec, policy: CredentialPolicy): void {
  const isCluster = issuer.kind === 'AWSPCAClusterIssuer';
  if (isCluster ? policy.clusterIssuerAmbientCredentials : policy.issuerAmbientCredentials) return;
  const flag = isCluster ? '--cluster-issuer-ambient-credentials' : '--issuer-ambient-credentials';
  const alone = role ? `spec.role ${role} needs credentials that may assume it. ` : '';
  throw new InvalidSpec(
    'Error',
    `empty credentials; perhaps you meant to enable ambient credentials? ${alone}Name a Secret with an access key in ` +
      `spec.secretRef, or a ServiceAccount in spec.serviceAccountRef; or whoever runs the controller lets every ` +
      `${issuer.kind} use the controller's own AWS identity with ${flag}.`,
  );
}

function planRoles({ role, externalID, roleChain = [] }: IssuerSpec, target: Target): RoleStep[] {
  if (!role) {
    if (externalID) refuseWithoutRole(`spec.externalID ${JSON.stringify(externalID)}`, 'it is for that role');
    if (roleChain.length > 0) refuseWithoutRole('spec.roleChain', 'its roles are assumed from that one on');
    return [];
  }
  const first = planStep({ role, ...(externalID ? { externalID } : {}) }, 'spec', target);
  return [first, ...roleChain.map((step, index) => planStep(step, `spec.roleChain[${index}]`, target))];
}

function refuseWithoutRole(what: string, why: string): never {
  throw new InvalidSpec('Error', `${what} is set without spec.role: ${why}. Set spec.role, or leave it out.`);
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const externalIdPattern = /^[\w+=,.@:/-]{2,1224}$/;
const sessionNamePattern = /^[\w+=,.@-]{2,64}$/;

function planStep(
  { role, externalID }: { readonly role: string; readonly externalID?: string },
  field: string,
  target: Target,
): RoleStep {
  const parsed = parseRoleArn(role);
  if (!parsed) {
    const shape = 'arn:<partition>:iam::<account>:role/<name>';
    throw new InvalidSpec(
      'Error',
      `${field}.role ${JSON.stringify(role)} is not the ARN of an IAM role. It looks like ${shape}.`,
    );
  }
  if (parsed.partition !== target.partition) {
    throw new InvalidSpec(
      'Error',
      `${field}.role ${role} is in partition ${parsed.partition}, but ${target.name} is in ${target.partition}; no role reaches ` +
        'from one to the other. Name a role of the same partition.',
    );
  }
  if (!externalID) return { arn: role };
  if (!externalIdPattern.test(externalID)) {
    throw new InvalidSpec(
      'Error',
      `${field}.externalID ${JSON.stringify(externalID)} is not an external ID: AWS takes 2 to 1224 letters, digits and ` +
        '_+=,.@:/- without spaces.',
    );
  }
  return { arn: role, externalId: externalID };
}

export function planSessionName({ roleSessionName }: IssuerSpec): string {
  if (!roleSessionName) return defaultRoleSessionName;
  if (sessionNamePattern.test(roleSessionName)) return roleSessionName;
  throw new InvalidSpec(
    'Error',
    `spec.roleSessionName ${JSON.stringify(roleSessionName)} is not a session name: AWS takes 2 to 64 letters, digits and ` +
      `_+=,.@- without spaces. Leave it out for ${defaultRoleSessionName}.`,
  );
}
