import { createHash } from 'node:crypto';

/** Where credentials come from before any role is assumed. */
export type CredentialSource =
  /** The AWS SDK's default chain: environment, shared files, IRSA, EKS Pod Identity, instance metadata. */
  | { readonly kind: 'ambient' }
  | {
      readonly kind: 'static';
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken?: string;
      /** What a person calls it: `Secret <namespace>/<name>`. */
      readonly origin: string;
    }
  | {
      readonly kind: 'webIdentity';
      /** ARN of the role that the token is exchanged for. */
      readonly role: string;
      /** What makes two of them the same, stable over checks: whose token it is, and its audiences. */
      readonly key: string;
      /** A fresh token at each call. Rejects with CredentialRequestError. */
      readonly requestToken: () => Promise<string>;
      /** What a person calls it: `ServiceAccount <namespace>/<name>`. */
      readonly origin: string;
    };

/** A role to assume with the credentials of the step before. */
export interface RoleStep {
  readonly arn: string;
  readonly externalId?: string;
}

/** Everything that decides which identity AWS sees. */
export interface IdentitySpec {
  readonly source: CredentialSource;
  /** Assumed one after another, beginning with the source's credentials (of webIdentity: those of its own role). */
  readonly roles: readonly RoleStep[];
  /** The same for every step. */
  readonly roleSessionName: string;
  readonly region: string;
}

/** Stable in every trail and message; the name that the Go issuer uses too. */
export const defaultRoleSessionName = 'aws-privateca-issuer';

/** Two specs with the same key make the same identity. A digest, because it is made from secrets. */
export function identityKey({ source, roles, roleSessionName, region }: IdentitySpec): string {
  const steps = roles.map(({ arn, externalId }) => [arn, externalId ?? null]);
  return digest([sourceParts(source), steps, roleSessionName, region]);
}

const digest = (parts: unknown): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex');

function sourceParts(source: CredentialSource): readonly (string | null)[] {
  switch (source.kind) {
    case 'ambient':
      return [source.kind];
    case 'static':
      return [source.kind, source.accessKeyId, source.secretAccessKey, source.sessionToken ?? null];
    case 'webIdentity':
      return [source.kind, source.role, source.key];
  }
}

/** The ARNs of all roles on the way to the identity, in the order in which they are assumed. */
export function rolesOf({ source, roles }: IdentitySpec): readonly string[] {
  const first = source.kind === 'webIdentity' ? [source.role] : [];
  return [...first, ...roles.map(({ arn }) => arn)];
}

/** Tells a person where the credentials come from, without telling anything of them. */
export function describeSource(spec: IdentitySpec): string {
  const { source } = spec;
  const base = source.kind === 'ambient' ? 'ambient credentials of the controller' : source.origin;
  const [first, ...others] = rolesOf(spec);
  if (first === undefined) return base;
  return [`role ${first} assumed with ${base}`, ...others.map((role) => `role ${role} assumed with that`)].join(', ');
}
