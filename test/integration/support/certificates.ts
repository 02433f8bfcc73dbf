import type { ClusterAccess } from '../../cluster/access/cluster-access.ts';
import { eventually } from '../../cluster/wait.ts';
import { decode } from './requests.ts';
import { applyObject, pathOf, readObject, type Tenant, type TestObject } from './shared-issuer.ts';

/** A Certificate's `spec`, but for issuer and Secret. */
export type CertificateSpec = Readonly<Record<string, unknown>>;

/** What cert-manager put into a Certificate's Secret. */
export interface IssuedSecret {
  /** PEM: the leaf and its intermediates. */
  readonly chainPem: string;
  /** PEM; empty when there is none. */
  readonly caPem: string;
  readonly keyPem: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Applies the Certificate `name`, which keeps its result in the Secret `name`. */
export function applyCertificate(
  plane: ClusterAccess,
  { namespace, issuerRef }: Pick<Tenant, 'namespace' | 'issuerRef'>,
  name: string,
  spec: CertificateSpec,
): Promise<TestObject> {
  return applyObject(plane, {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { name, namespace },
    spec: { secretName: name, issuerRef, ...spec },
  });
}

interface Certificate {
  readonly metadata: { readonly generation: number };
  readonly status?: {
    readonly notBefore?: string;
    readonly notAfter?: string;
    readonly nextPrivateKeySecretName?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly observedGeneration?: number;
    }[];
  };
}

/** Waits until cert-manager has nothing left to do for the present spec, as its conformance tests do. */
export async function awaitCertificate(plane: ClusterAccess, namespace: string, name: string): Promise<Certificate> {
  const probe = async (): Promise<Certificate | undefined> => {
    const object = (await readObject(plane, 'Certificate', namespace, name)) as unknown as Certificate | undefined;
    const conditions = object?.status?.conditions ?? [];
    const isReady = conditions.some(
      (it) => it.type === 'Ready' && it.status === 'True' && it.observedGeneration === object?.metadata.generation,
    );
    const isIssuing = conditions.some(({ type, status }) => type === 'Issuing' && status === 'True');
    return isReady && !isIssuing && object?.status?.nextPrivateKeySecretName === undefined ? object : undefined;
  };
  return eventually(probe, { what: `Certificate ${namespace}/${name} is Ready`, timeoutMs: 180_000, everyMs: 100 });
}

export async function readSecret(plane: ClusterAccess, namespace: string, name: string): Promise<IssuedSecret> {
  const secret = (await plane.demand('GET', pathOf('Secret', namespace, name))) as {
    readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
    readonly data?: Readonly<Record<string, string>>;
  };
  const { data = {}, metadata } = secret;
  return {
    chainPem: decode(data['tls.crt']),
    caPem: decode(data['ca.crt']),
    keyPem: decode(data['tls.key']),
    annotations: metadata.annotations ?? {},
  };
}

/** Waits for a Certificate and reads its Secret. */
export async function awaitSecret(plane: ClusterAccess, namespace: string, name: string): Promise<IssuedSecret> {
  await awaitCertificate(plane, namespace, name);
  return readSecret(plane, namespace, name);
}

/** The CSR that cert-manager made for the first issuance of a Certificate, PEM. */
export async function readCsr(plane: ClusterAccess, namespace: string, certificate: string): Promise<string> {
  const path = pathOf('CertificateRequest', namespace, `${certificate}-1`);
  const { spec } = (await plane.demand('GET', path)) as { readonly spec: { readonly request: string } };
  return decode(spec.request);
}

/** cert-manager's words for kinds of keys. */
export const privateKeys = {
  'RSA 2048': { algorithm: 'RSA', size: 2048 },
  'RSA 3072': { algorithm: 'RSA', size: 3072 },
  'RSA 4096': { algorithm: 'RSA', size: 4096 },
  'ECDSA P-256': { algorithm: 'ECDSA', size: 256 },
  'ECDSA P-384': { algorithm: 'ECDSA', size: 384 },
  'ECDSA P-521': { algorithm: 'ECDSA', size: 521 },
} as const;
