import { describe, expect, test } from '@jest/globals';
import type { AWSPCAIssuer, Issuer } from './awspca.ts';
import { isIssuerKind } from './awspca.ts';
import type { CertificateRequest, IssuerRef } from './certificate-request.ts';
import type { Condition } from './conditions.ts';
import { isIssuerReady, issuerReadiness } from './issuer-readiness.ts';
import { issuerKeyFor, issuerKeyOf, issuerTargetOf } from './issuer-target.ts';

const metadata = {
  name: 'pca',
  namespace: 'team-a',
  uid: 'u',
  resourceVersion: '1',
  generation: 2,
  creationTimestamp: '2026-01-02T03:04:05Z',
};

function issuerWith(condition?: Partial<Condition>): AWSPCAIssuer {
  const base = { apiVersion: 'awspca.cert-manager.io/v1beta1', kind: 'AWSPCAIssuer', metadata } as const;
  if (condition === undefined) return base;
  const defaults = { status: 'True', reason: 'Verified', message: 'm', lastTransitionTime: 't' } as const;
  return { ...base, status: { conditions: [{ type: 'Ready', ...defaults, ...condition }] } };
}

describe('an issuer is ready', () => {
  const said = { ready: false, reason: 'Error', message: 'm' };
  test.each([
    ['no: without any status', undefined, { ready: false }],
    ['yes: True for its generation', { observedGeneration: 2 }, { ready: true }],
    ['no: True for an older generation', { observedGeneration: 1 }, { ready: false }],
    ['no: True without a generation', {}, { ready: false }],
    ['no: another condition only', { type: 'Other', observedGeneration: 2 }, { ready: false }],
    ['no, and says why: False', { observedGeneration: 2, status: 'False', reason: 'Error' }, said],
    ['no, and says why: Unknown', { observedGeneration: 2, status: 'Unknown', reason: 'Error' }, said],
    ['no: False for an older generation says nothing', { observedGeneration: 1, status: 'False' }, { ready: false }],
  ] as const)('%s', (_name, condition, expected) => {
    const issuer = issuerWith(condition);
    expect(issuerReadiness(issuer)).toEqual(expected);
    expect(isIssuerReady(issuer)).toBe(expected.ready);
  });
});

function requestFor(issuerRef?: IssuerRef): CertificateRequest {
  const base = { apiVersion: 'cert-manager.io/v1', kind: 'CertificateRequest', metadata } as const;
  return issuerRef === undefined ? base : { ...base, spec: { request: 'AA==', issuerRef } };
}

describe('where a request points', () => {
  const group = 'awspca.cert-manager.io';
  const namespacedTarget = {
    type: 'issuer',
    kind: 'AWSPCAIssuer',
    name: { namespace: 'team-a', name: 'pca' },
    issuerKey: 'AWSPCAIssuer/team-a/pca',
  };
  const clusterTarget = {
    type: 'issuer',
    kind: 'AWSPCAClusterIssuer',
    name: { name: 'pca' },
    issuerKey: 'AWSPCAClusterIssuer/pca',
  };
  test.each<[string, IssuerRef | undefined, object]>([
    ['its namespace', { group, kind: 'AWSPCAIssuer', name: 'pca' }, namespacedTarget],
    ['the cluster', { group, kind: 'AWSPCAClusterIssuer', name: 'pca' }, clusterTarget],
    [
      'nowhere: kind of cert-manager',
      { group, kind: 'Issuer', name: 'pca' },
      { type: 'unsupportedKind', kind: 'Issuer' },
    ],
    [
      'nowhere: other case',
      { group, kind: 'awspcaissuer', name: 'pca' },
      { type: 'unsupportedKind', kind: 'awspcaissuer' },
    ],
    ['nowhere: no kind', { group, name: 'pca' }, { type: 'unsupportedKind', kind: '' }],
    ['nowhere: empty kind', { group, kind: '', name: 'pca' }, { type: 'unsupportedKind', kind: '' }],
    ['elsewhere: no group', { kind: 'AWSPCAIssuer', name: 'pca' }, { type: 'foreign' }],
    ['elsewhere: empty group', { group: '', kind: 'AWSPCAIssuer', name: 'pca' }, { type: 'foreign' }],
    ['elsewhere: other group', { group: 'cert-manager.io', kind: 'AWSPCAIssuer', name: 'pca' }, { type: 'foreign' }],
    ['elsewhere: no spec at all', undefined, { type: 'foreign' }],
  ])('%s', (_name, issuerRef, expected) => {
    const request = requestFor(issuerRef);
    expect(issuerTargetOf(request)).toEqual(expected);
    expect(issuerKeyOf(request)).toBe('issuerKey' in expected ? expected.issuerKey : undefined);
  });

  test('the issuer itself has the same key', () => {
    const clusterMetadata = {
      name: 'pca',
      uid: 'c',
      resourceVersion: '1',
      creationTimestamp: metadata.creationTimestamp,
    };
    const issuers: Issuer[] = [
      issuerWith(),
      { ...issuerWith(), kind: 'AWSPCAClusterIssuer', metadata: clusterMetadata },
    ];
    expect(issuers.map(issuerKeyFor)).toEqual([namespacedTarget.issuerKey, clusterTarget.issuerKey]);
  });

  test('a cluster issuer and a namespaced one never share a key', () => {
    const kinds = ['AWSPCAIssuer', 'AWSPCAClusterIssuer'];
    const keys = kinds.map((kind) => issuerKeyOf(requestFor({ group, kind, name: 'pca' })));
    expect(new Set(keys).size).toBe(2);
  });
});

test.each([
  ['AWSPCAIssuer', true],
  ['AWSPCAClusterIssuer', true],
  ['Issuer', false],
  ['', false],
  [undefined, false],
  [7, false],
])('isIssuerKind(%j) is %s', (kind, expected) => {
  expect(isIssuerKind(kind)).toBe(expected);
});
