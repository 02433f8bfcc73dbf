import {
  type AuthorityOptions,
  type Authority,
  connectAwsStandIn,
  type Identity,
  type RemoteAwsStandIn,
} from '../../aws/index.ts';
import type { ClusterAccess } from '../../cluster/access/cluster-access.ts';
import { eventually } from '../../cluster/wait.ts';
import { sharedControlPlane } from './shared-control-plane.ts';

/** Names the stand-in that the run's one controller talks to. */
export const STAND_IN_VARIABLE = 'AWSPCA_TEST_AWS_STAND_IN';
/** The address of the controller's metrics. */
export const METRICS_VARIABLE = 'AWSPCA_TEST_METRICS';

/** The run's control plane, controller and stand-in for AWS, as a test uses them. */
export interface SharedIssuer {
  readonly plane: ClusterAccess;
  readonly aws: RemoteAwsStandIn;
  readonly metricsUrl: string;
}

export function sharedIssuer(): SharedIssuer {
  const endpoint = process.env[STAND_IN_VARIABLE];
  const metricsUrl = process.env[METRICS_VARIABLE];
  if (endpoint === undefined || metricsUrl === undefined) throw new Error("run this with jest's integration project");
  return { plane: sharedControlPlane(), aws: connectAwsStandIn(endpoint), metricsUrl };
}

/** A tenant of its own: a namespace, an AWS account with an identity and a CA, and an issuer that uses them. */
export interface Tenant {
  readonly namespace: string;
  readonly identity: Identity;
  readonly authority: Authority;
  readonly issuerRef: { readonly group: string; readonly kind: string; readonly name: string };
}

let accounts = 0;

/** Each tenant has its own account: quotas, bills and faults of one test never meet another's. */
export async function createTenant(
  issuer: SharedIssuer,
  prefix: string,
  options: {
    readonly account?: string;
    readonly authority?: AuthorityOptions;
    readonly spec?: object;
    readonly createIssuer?: boolean;
  } = {},
): Promise<Tenant> {
  const { aws, plane } = issuer;
  const namespace = await plane.createNamespace(prefix);
  const { account = createAccount() } = options;
  const identity = await aws.createIdentity({ account, name: prefix });
  const authority = await aws.createCertificateAuthority({ account, ...options.authority });
  const tenant = { namespace, identity, authority, issuerRef: toIssuerRef('ca') };
  if (options.createIssuer !== false) {
    await applyIssuer(plane, tenant, options.spec);
    await awaitIssuer(plane, namespace, 'ca', 'True');
  }
  return tenant;
}

/** Twelve digits, unlike those of any other worker of the run. */
export function createAccount(): string {
  accounts += 1;
  const worker = Number(process.env['JEST_WORKER_ID'] ?? 1);
  return `${2000 + worker}${String(process.pid % 10_000).padStart(4, '0')}${String(accounts).padStart(4, '0')}`;
}

export const toIssuerRef = (name: string): Tenant['issuerRef'] => ({
  group: 'awspca.cert-manager.io',
  kind: 'AWSPCAIssuer',
  name,
});

/** Creates the tenant's Secret and its AWSPCAIssuer `ca`. */
export async function applyIssuer(
  plane: ClusterAccess,
  { namespace, identity, authority }: Pick<Tenant, 'namespace' | 'identity' | 'authority'>,
  spec: object = {},
): Promise<void> {
  const { accessKeyId, secretAccessKey } = identity;
  await applyObject(plane, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'aws', namespace },
    stringData: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
  });
  await applyObject(plane, {
    apiVersion: 'awspca.cert-manager.io/v1beta1',
    kind: 'AWSPCAIssuer',
    metadata: { name: 'ca', namespace },
    spec: { arn: authority.arn, secretRef: { name: 'aws' }, ...spec },
  });
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
}

/** Whatever a test reads. */
export interface TestObject {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly creationTimestamp: string;
    readonly annotations?: Record<string, string>;
  };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly identity?: { readonly arn?: string; readonly account?: string; readonly source?: string };
    readonly certificate?: string;
    readonly ca?: string;
    readonly failureTime?: string;
  };
}

const plurals: Readonly<Record<string, string>> = {
  Secret: 'api/v1/namespaces/NAMESPACE/secrets',
  ServiceAccount: 'api/v1/namespaces/NAMESPACE/serviceaccounts',
  Role: 'apis/rbac.authorization.k8s.io/v1/namespaces/NAMESPACE/roles',
  RoleBinding: 'apis/rbac.authorization.k8s.io/v1/namespaces/NAMESPACE/rolebindings',
  AWSPCAIssuer: 'apis/awspca.cert-manager.io/v1beta1/namespaces/NAMESPACE/awspcaissuers',
  AWSPCAClusterIssuer: 'apis/awspca.cert-manager.io/v1beta1/awspcaclusterissuers',
  CertificateRequest: 'apis/cert-manager.io/v1/namespaces/NAMESPACE/certificaterequests',
  Certificate: 'apis/cert-manager.io/v1/namespaces/NAMESPACE/certificates',
  Ingress: 'apis/networking.k8s.io/v1/namespaces/NAMESPACE/ingresses',
  Gateway: 'apis/gateway.networking.k8s.io/v1/namespaces/NAMESPACE/gateways',
  ListenerSet: 'apis/gateway.networking.k8s.io/v1/namespaces/NAMESPACE/listenersets',
  Event: 'apis/events.k8s.io/v1/namespaces/NAMESPACE/events',
};

export const pathOf = (kind: string, namespace = '', name = ''): string =>
  `/${(plurals[kind] ?? '').replace('NAMESPACE', namespace)}${name === '' ? '' : `/${name}`}`;

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly [field: string]: unknown;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [field: string]: unknown };
}

/** Server-side apply of one object. */
export async function applyObject(plane: ClusterAccess, manifest: Manifest): Promise<TestObject> {
  const { kind, metadata } = manifest;
  const path = `${pathOf(kind, metadata.namespace, metadata.name)}?fieldManager=test&force=true`;
  return (await plane.demand('PATCH', path, {
    body: manifest,
    contentType: 'application/apply-patch+yaml',
  })) as TestObject;
}

export async function readObject(
  plane: ClusterAccess,
  kind: string,
  namespace: string,
  name: string,
): Promise<TestObject | undefined> {
  const { status, body } = await plane.request('GET', pathOf(kind, namespace, name));
  return status === 200 ? (body as TestObject) : undefined;
}

export const readyOf = (object: TestObject | undefined): Condition | undefined =>
  object?.status?.conditions?.find(({ type }) => type === 'Ready');

/** Waits until the Ready condition is what `matches` asks for. */
export function awaitReady(
  plane: ClusterAccess,
  kind: string,
  namespace: string,
  name: string,
  matches: (condition: Condition) => boolean,
  timeoutMs = 60_000,
): Promise<TestObject> {
  let last = '';
  const probe = async (): Promise<TestObject | undefined> => {
    const object = await readObject(plane, kind, namespace, name);
    const condition = readyOf(object);
    last = JSON.stringify(condition);
    return condition && matches(condition) ? object : undefined;
  };
  return eventually(probe, { what: `${kind} ${namespace}/${name}`, timeoutMs, everyMs: 30 }).catch((cause: unknown) => {
    throw new Error(`${kind} ${namespace}/${name} stays at ${last}`, { cause });
  });
}

export const awaitIssuer = (
  plane: ClusterAccess,
  namespace: string,
  name: string,
  status: 'True' | 'False',
): Promise<TestObject> =>
  awaitReady(plane, 'AWSPCAIssuer', namespace, name, (condition) => condition.status === status);

export const awaitRequest = (
  plane: ClusterAccess,
  namespace: string,
  name: string,
  reason: string,
  timeoutMs?: number,
): Promise<TestObject> =>
  awaitReady(plane, 'CertificateRequest', namespace, name, (condition) => condition.reason === reason, timeoutMs);
