import type { AWSPCAClusterIssuer, AWSPCAIssuer, Issuer, IssuerSpec, IssuerStatus } from '../../src/api/awspca.ts';
import type {
  CertificateRequestCondition,
  CertificateRequestSpec,
  SpecifiedRequest,
} from '../../src/api/certificate-request.ts';
import type { Condition } from '../../src/api/conditions.ts';
import type { ObjectMeta } from '../../src/kube/objects.ts';
import { deepFreeze } from '../../src/kube/transforms.ts';

/** One thing that is different from the plainest object of its kind. */
export type Change<T> = (object: T) => T;

/** Where a FakeClock starts: requests and issuers are as old as the clock unless told otherwise. */
export const startTime = '2026-01-02T03:04:05Z';
export const authorityArn =
  'arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/11111111-2222-3333-4444-555555555555';
/** Text in place of a CSR: nothing that is built here is read as one. */
export const csrText = '-----BEGIN CERTIFICATE REQUEST-----\n(text)\n-----END CERTIFICATE REQUEST-----\n';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function build<T>(object: T, changes: readonly Change<T>[]): T {
  return deepFreeze(changes.reduce((built, change) => change(built), object));
}

const metadata = (name: string): ObjectMeta => ({
  name,
  uid: `uid-of-${name}`,
  resourceVersion: '1',
  generation: 1,
  creationTimestamp: startTime,
});

/** A CertificateRequest in namespace `team` for AWSPCAIssuer `issuer`, neither approved nor answered. */
export function certificateRequest(name: string, ...changes: readonly Change<SpecifiedRequest>[]): SpecifiedRequest {
  const issuerRef = { name: 'issuer', kind: 'AWSPCAIssuer', group: 'awspca.cert-manager.io' };
  const plain: SpecifiedRequest = {
    apiVersion: 'cert-manager.io/v1',
    kind: 'CertificateRequest',
    metadata: { ...metadata(name), namespace: 'team' },
    spec: { request: base64(csrText), issuerRef },
  };
  return build(plain, changes);
}

export const withIssuer = (kind: string, name: string, group = 'awspca.cert-manager.io'): Change<SpecifiedRequest> =>
  withSpec({ issuerRef: { kind, name, group } });

export const withSpec =
  (spec: Partial<CertificateRequestSpec>): Change<SpecifiedRequest> =>
  (request) => ({ ...request, spec: { ...request.spec, ...spec } });

export const withCsr = (text: string): Change<SpecifiedRequest> => withSpec({ request: base64(text) });

/** Works on objects of every kind. */
export const withMetadata =
  (changed: Partial<ObjectMeta>) =>
  <T extends { readonly metadata: ObjectMeta }>(object: T): T => ({
    ...object,
    metadata: { ...object.metadata, ...changed },
  });

export const withAnnotations = (annotations: Readonly<Record<string, string>>) => withMetadata({ annotations });

export const withRequestStatus =
  (status: NonNullable<SpecifiedRequest['status']>): Change<SpecifiedRequest> =>
  (request) => ({ ...request, status: { ...request.status, ...status } });

const withCondition =
  (condition: CertificateRequestCondition): Change<SpecifiedRequest> =>
  (request) => {
    const others = (request.status?.conditions ?? []).filter(({ type }) => type !== condition.type);
    return { ...request, status: { ...request.status, conditions: [...others, condition] } };
  };

export const approved = (at = startTime): Change<SpecifiedRequest> =>
  withCondition({ type: 'Approved', status: 'True', reason: 'cert-manager.io', lastTransitionTime: at });

export const denied = (at = startTime): Change<SpecifiedRequest> =>
  withCondition({ type: 'Denied', status: 'True', reason: 'policy', lastTransitionTime: at });

export const invalid = (): Change<SpecifiedRequest> => withCondition({ type: 'InvalidRequest', status: 'True' });

export const withReady = (
  status: 'True' | 'False' | 'Unknown',
  reason: string,
  message = '',
  at = startTime,
): Change<SpecifiedRequest> => withCondition({ type: 'Ready', status, reason, message, lastTransitionTime: at });

/** An AWSPCAIssuer in namespace `team` with an access key in Secret `key`, not checked yet. */
export function issuer(name: string, ...changes: readonly Change<Issuer>[]): Issuer {
  const plain: AWSPCAIssuer = {
    apiVersion: 'awspca.cert-manager.io/v1beta1',
    kind: 'AWSPCAIssuer',
    metadata: { ...metadata(name), namespace: 'team' },
    spec: { arn: authorityArn, secretRef: { name: 'key' } },
  };
  return build<Issuer>(plain, changes);
}

/** An AWSPCAClusterIssuer with ambient credentials, not checked yet. */
export function clusterIssuer(name: string, ...changes: readonly Change<Issuer>[]): Issuer {
  const plain: AWSPCAClusterIssuer = {
    apiVersion: 'awspca.cert-manager.io/v1beta1',
    kind: 'AWSPCAClusterIssuer',
    metadata: metadata(name),
    spec: { arn: authorityArn },
  };
  return build<Issuer>(plain, changes);
}

/** Replaces what is named; `undefined` takes a field away. */
export const withIssuerSpec =
  (spec: { readonly [K in keyof IssuerSpec]: IssuerSpec[K] | undefined }): Change<Issuer> =>
  (object) => {
    const fields = Object.entries({ ...object.spec, ...spec }).filter(([, value]) => value !== undefined);
    return { ...object, spec: Object.fromEntries(fields) };
  };

export const withIssuerStatus =
  (status: IssuerStatus): Change<Issuer> =>
  (object) => ({ ...object, status: { ...object.status, ...status } });

/** A Ready condition for the issuer's present generation, unless another is given. */
export const withIssuerReady =
  (condition: Partial<Condition> = {}): Change<Issuer> =>
  (object) => {
    const plain = { type: 'Ready', status: 'True', reason: 'Verified', message: 'Issuer verified' } as const;
    const times = { lastTransitionTime: startTime, observedGeneration: object.metadata.generation ?? 0 };
    return withIssuerStatus({ conditions: [{ ...plain, ...times, ...condition }] })(object);
  };
