import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePorts } from '../free-ports.ts';

/** Files and ports of one control plane. */
export interface Layout {
  readonly folder: string;
  readonly url: string;
  readonly ports: { readonly apiServer: number; readonly etcd: number; readonly etcdPeer: number };
  readonly etcdData: string;
  /** The API server makes its own certificate here, and keeps it over restarts. */
  readonly certificates: string;
  /** Leaf and authority of the API server, PEM. */
  readonly caFile: string;
  readonly tokenFile: string;
  readonly signingKey: string;
  readonly signingPublicKey: string;
  readonly auditPolicy: string;
  readonly auditLog: string;
  readonly tokens: Readonly<Record<BuiltInUser, string>>;
}

type BuiltInUser = keyof typeof BUILT_IN_USERS;

/** Users known from the start. cert-manager has the name that its Deployment gives it. */
export const BUILT_IN_USERS = {
  admin: 'test-admin',
  controllerManager: 'system:kube-controller-manager',
  certManager: 'system:serviceaccount:cert-manager:cert-manager',
} as const;

// Everything about resources; nothing about probes and the discovery documents, which are only noise.
const AUDIT_POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  nonResourceURLs: ["/healthz*", "/livez*", "/readyz*", "/openapi*"]
- level: Metadata
`;

/** Fresh ports: another attempt after a port was taken by somebody else calls this again. */
export async function planLayout(folder: string): Promise<Layout> {
  const [apiServer = 0, etcd = 0, etcdPeer = 0] = await findFreePorts(3);
  const inFolder = (name: string): string => join(folder, name);
  return {
    folder,
    url: `https://127.0.0.1:${apiServer}`,
    ports: { apiServer, etcd, etcdPeer },
    etcdData: inFolder(`etcd-${etcd}`),
    certificates: inFolder('certificates'),
    caFile: inFolder('certificates/apiserver.crt'),
    tokenFile: inFolder('tokens.csv'),
    signingKey: inFolder('service-account.key'),
    signingPublicKey: inFolder('service-account.pub'),
    auditPolicy: inFolder('audit-policy.yaml'),
    auditLog: inFolder('audit.log'),
    tokens: { admin: newToken(), controllerManager: newToken(), certManager: newToken() },
  };
}

/** Writes what the servers read when they start. */
export async function writeLayout(layout: Layout): Promise<void> {
  // RSA, as the clusters people run have it: whoever verifies tokens meets RS256.
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const secret = { mode: 0o600 };
  await mkdir(layout.certificates, { recursive: true });
  await Promise.all([
    writeFile(layout.signingKey, keys.privateKey.export({ type: 'pkcs1', format: 'pem' }), secret),
    writeFile(layout.signingPublicKey, keys.publicKey.export({ type: 'spki', format: 'pem' })),
    writeFile(layout.tokenFile, renderTokenFile(layout.tokens), secret),
    writeFile(layout.auditPolicy, AUDIT_POLICY),
    writeFile(layout.auditLog, ''),
  ]);
}

/** https://kubernetes.io/docs/reference/access-authn-authz/authentication/#static-token-file */
export function renderTokenFile(tokens: Layout['tokens']): string {
  const users = Object.keys(BUILT_IN_USERS) as BuiltInUser[];
  return users.map((user) => `${tokens[user]},${BUILT_IN_USERS[user]},${user},"system:masters"\n`).join('');
}

function newToken(): string {
  return randomBytes(24).toString('hex');
}
