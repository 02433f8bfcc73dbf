import type { AcmDomainSpec, Route53Spec } from '../../api/acm.ts';
import type { Issuer } from '../../api/awspca.ts';
import { parseRoleArn } from '../../aws/arn.ts';
import { partitionOf } from '../../aws/partitions.ts';
import { signingRegionOf } from '../../aws/route53/route53-endpoint.ts';
import { InvalidSpec } from './invalid-spec.ts';
import { isObjectName } from './object-name.ts';
import {
  type CredentialPlan,
  type CredentialPolicy,
  defaultAudiences,
  type IdentityPlan,
  planSessionName,
  type SecretKey,
} from './plan-credentials.ts';

/** The identity that writes to a zone of Route 53. */
export interface Route53Plan extends IdentityPlan {
  /** Of STS, and of the partition of Route 53. */
  readonly region: string;
  /** What is odd about the region, a sentence for the log. */
  readonly regionNote?: string;
}

export interface Route53Surroundings {
  readonly policy: CredentialPolicy;
  /** The controller's own: AWS_REGION, else AWS_DEFAULT_REGION. */
  readonly ownRegion: string | undefined;
}

/**
 * Reads `dns01.route53` of a domain as cert-manager reads the same fields of its solvers, with its messages, extended by
 * what to do. `field`: where the domain stands. Throws InvalidSpec.
 */
export function planRoute53(
  issuer: Issuer,
  { dns01: { route53: spec = {} } = {} }: AcmDomainSpec,
  field: string,
  { policy, ownRegion }: Route53Surroundings,
): Route53Plan {
  const place: Place = { issuer, spec, field: `${field}.dns01.route53`, policy };
  const credentials = planCredentials(place);
  const role = planRole(place);
  const region = planRegion(place, credentials, ownRegion, role);
  if (role !== undefined && role.partition !== partitionOf(region.region).id) {
    refuse(
      place,
      `role ${role.arn} is in partition ${role.partition}, which no identity of region ${region.region} reaches`,
      'Correct role or region.',
    );
  }
  // A ServiceAccount's token is exchanged for the role; all else assumes it.
  const roles = role === undefined || credentials.kind === 'serviceAccount' ? [] : [{ arn: role.arn }];
  return { credentials, roles, roleSessionName: planSessionName(issuer.spec ?? {}), ...region };
}

interface Place {
  readonly issuer: Issuer;
  readonly spec: Route53Spec;
  readonly field: string;
  readonly policy: CredentialPolicy;
}

function refuse({ field }: Pick<Place, 'field'>, problem: string, remedy: string): never {
  throw new InvalidSpec('Error', `${field}: ${problem}. ${remedy}`);
}

function requireObjectName(place: Place, field: string, name: string, what: 'Secret' | 'ServiceAccount'): void {
  if (isObjectName(name)) return;
  refuse(place, `${field} ${JSON.stringify(name)} can be no name of a ${what}`, 'Correct it.');
}

/** Where references point, which have no namespace of their own: a tenant's issuer never reaches beyond its own. */
const namespaceOf = ({ issuer, policy }: Place): string =>
  issuer.kind === 'AWSPCAClusterIssuer' ? policy.clusterResourceNamespace : (issuer.metadata.namespace ?? '');

/** In cert-manager's order: half an access key is refused whatever else there is, and a token goes before a whole one. */
function planCredentials(place: Place): CredentialPlan {
  const accessKeyId = planAccessKeyId(place);
  const secretAccessKey = planSecretAccessKey(place);
  const { serviceAccountRef } = place.spec.auth?.kubernetes ?? {};
  const token = serviceAccountRef && planServiceAccount(place, serviceAccountRef);
  if (!token && !accessKeyId && !secretAccessKey) {
    refuseUnlessAmbient(place);
    return { kind: 'ambient' };
  }
  if (Boolean(accessKeyId) !== Boolean(secretAccessKey)) {
    const there = accessKeyId ? 'secretAccessKeySecretRef' : 'accessKeyID or accessKeyIDSecretRef';
    refuse(place, 'only one of access and secret key was provided', `Set ${there} too, or remove both.`);
  }
  if (token) return token;
  return {
    kind: 'accessKey',
    namespace: namespaceOf(place),
    accessKeyId: accessKeyId as NonNullable<typeof accessKeyId>,
    secretAccessKey: secretAccessKey as NonNullable<typeof secretAccessKey>,
  };
}

function planAccessKeyId(place: Place): { readonly literal: string } | SecretKey | undefined {
  const { accessKeyID, accessKeyIDSecretRef: ref } = place.spec;
  const literal = accessKeyID?.trim();
  if (!ref) return literal ? { literal } : undefined;
  if (literal) {
    refuse(place, 'route53 accessKeyID and accessKeyIDSecretRef cannot both be specified', 'Remove one of them.');
  }
  const { name, key } = ref;
  if (!key) refuse(place, 'route53 accessKeyIDSecretRef requires a key field', 'Set accessKeyIDSecretRef.key.');
  if (!name) refuse(place, 'route53 accessKeyIDSecretRef requires a name field', 'Set accessKeyIDSecretRef.name.');
  requireObjectName(place, 'accessKeyIDSecretRef.name', name, 'Secret');
  return { name, key };
}

/** Without a name it counts as not there, as it does for cert-manager. */
function planSecretAccessKey(place: Place): SecretKey | undefined {
  const { name, key } = place.spec.secretAccessKeySecretRef ?? {};
  if (!name) return undefined;
  if (!key) refuse(place, 'route53 secretAccessKeySecretRef requires a key field', 'Set secretAccessKeySecretRef.key.');
  requireObjectName(place, 'secretAccessKeySecretRef.name', name, 'Secret');
  return { name, key };
}

function planServiceAccount(
  place: Place,
  { name, audiences = [] }: { readonly name: string; readonly audiences?: readonly string[] },
): CredentialPlan {
  const { role } = place.spec;
  if (!name) {
    refuse(place, 'service account name is required', 'Set auth.kubernetes.serviceAccountRef.name.');
  }
  requireObjectName(place, 'auth.kubernetes.serviceAccountRef.name', name, 'ServiceAccount');
  if (!role) {
    refuse(
      place,
      'role must be set when web identity token is set',
      `Set role to the ARN of the role that trusts ServiceAccount ${name}.`,
    );
  }
  if (audiences.some((audience) => audience.trim() === '')) {
    refuse(
      place,
      'auth.kubernetes.serviceAccountRef.audiences has an empty one',
      `Name an audience that the IAM OIDC identity provider accepts, or leave audiences out for ${defaultAudiences.join()}.`,
    );
  }
  const named = audiences.length > 0 ? audiences : defaultAudiences;
  return { kind: 'serviceAccount', namespace: namespaceOf(place), name, audiences: named, role };
}

function refuseUnlessAmbient(place: Place): void {
  const { kind } = place.issuer;
  const { clusterIssuerAmbientCredentials, issuerAmbientCredentials } = place.policy;
  const isCluster = kind === 'AWSPCAClusterIssuer';
  if (isCluster ? clusterIssuerAmbientCredentials : issuerAmbientCredentials) return;
  const flag = isCluster ? '--cluster-issuer-ambient-credentials' : '--issuer-ambient-credentials';
  refuse(
    place,
    'unable to construct route53 provider: empty credentials; perhaps you meant to enable ambient credentials?',
    'Name an access key (accessKeyIDSecretRef, secretAccessKeySecretRef) or a ServiceAccount ' +
      '(auth.kubernetes.serviceAccountRef, role); or whoever runs the controller lets every ' +
      `${kind} use the controller's own AWS identity with ${flag}.`,
  );
}

function planRole(place: Place): { readonly arn: string; readonly partition: string } | undefined {
  const { role: arn } = place.spec;
  if (!arn) return undefined;
  const parsed = parseRoleArn(arn);
  if (parsed) return { arn, partition: parsed.partition };
  const shape = 'arn:<partition>:iam::<account>:role/<name>';
  return refuse(place, `role ${JSON.stringify(arn)} is not the ARN of an IAM role`, `It looks like ${shape}.`);
}

/**
 * The controller's own region goes before that of the issuer where the controller's own credentials are used, for that is
 * how cert-manager has always been; else after it. It says which partition and which STS, no more: Route 53 has no regions.
 */
function planRegion(
  { spec, field }: Place,
  { kind }: CredentialPlan,
  ownRegion: string | undefined,
  role: { readonly partition: string } | undefined,
): Pick<Route53Plan, 'region' | 'regionNote'> {
  const given = spec.region?.trim() || undefined;
  const region = kind === 'ambient' ? (ownRegion ?? given) : (given ?? ownRegion);
  if (region === undefined) {
    const usual = signingRegionOf(role?.partition ?? 'aws');
    return { region: usual, regionNote: `${field} and the environment give no region: ${usual} is taken.` };
  }
  if (given === undefined || given === region) return { region };
  return {
    region,
    regionNote: `${field}.region ${given} is ignored: the controller's own region, ${region}, goes with its own credentials.`,
  };
}
