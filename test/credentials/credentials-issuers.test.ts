import { describe, expect, test } from '@jest/globals';
import type { IssuerSpec } from '../../src/api/awspca.ts';
import { issuerTargetOf } from '../../src/api/issuer-target.ts';
import type { CredentialSource } from '../../src/aws/identity.ts';
import type { CredentialPolicy } from '../../src/controllers/issuers/plan-credentials.ts';
import { type IssuerPlan, planIssuer } from '../../src/controllers/issuers/plan-issuer.ts';
import { readCredentials } from '../../src/controllers/issuers/read-credentials.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import {
  authorityArn,
  certificateRequest,
  clusterIssuer,
  issuer,
  withIssuerSpec,
  withSpec,
} from '../support/builders.ts';
import { FakeKubeApi } from '../support/fake-kube-api.ts';

/**
 * Which credentials an issuer gets, by what it and the flags say. The numbers are those of the table of expected behaviour
 * that all tests named `credentials …` share; rows that take a real API server are in test/integration.
 */
interface Situation {
  readonly kind: 'Issuer' | 'ClusterIssuer';
  readonly flags?: Partial<CredentialPolicy>;
  readonly spec?: IssuerSpec;
  /** What Secret `key` in namespace `team`, `controllers` or `other` holds. */
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

type Outcome =
  { readonly message: string } | { readonly source: Partial<CredentialSource>; readonly plan?: Partial<IssuerPlan> };

const role = 'arn:aws:iam::111122223333:role/pca';
const both = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'hush' };
const inTeam = { team: both };
const secretRef = { name: 'key' };
const serviceAccountRef = { name: 'signer' };
const empty = 'empty credentials; perhaps you meant to enable ambient credentials?';
const keys = { kind: 'static', accessKeyId: 'AKIA', secretAccessKey: 'hush' } as const;
const ambient = { kind: 'ambient' } as const;
const allowed = { issuerAmbientCredentials: true };

const table: readonly (readonly [row: string, situation: Situation, outcome: Outcome])[] = [
  ['1: a cluster issuer that sets nothing is ambient', { kind: 'ClusterIssuer' }, { source: ambient }],
  ['2: an issuer that sets nothing is refused', { kind: 'Issuer' }, { message: empty }],
  ['3: an issuer that sets nothing is ambient by its flag', { kind: 'Issuer', flags: allowed }, { source: ambient }],
  [
    '4: a cluster issuer that sets nothing is refused without its flag',
    { kind: 'ClusterIssuer', flags: { clusterIssuerAmbientCredentials: false } },
    { message: empty },
  ],
  [
    '6: an access key goes before ambient credentials',
    { kind: 'Issuer', flags: allowed, spec: { secretRef }, secrets: inTeam },
    { source: keys },
  ],
  [
    '7: an access key needs no flag',
    { kind: 'Issuer', spec: { secretRef }, secrets: inTeam },
    { source: { ...keys, origin: 'Secret team/key' } },
  ],
  [
    '8: an access key without its secret part is refused',
    { kind: 'Issuer', spec: { secretRef }, secrets: { team: { AWS_ACCESS_KEY_ID: 'AKIA' } } },
    { message: 'no AWS Secret Access Key Found' },
  ],
  [
    '9: the secret part alone is refused, whatever the flags say',
    { kind: 'Issuer', flags: allowed, spec: { secretRef }, secrets: { team: { AWS_SECRET_ACCESS_KEY: 'hush' } } },
    { message: 'no AWS Access Key ID Found' },
  ],
  [
    '10: half an access key beside a ServiceAccount is refused before any token is used',
    {
      kind: 'Issuer',
      spec: { secretRef, serviceAccountRef, role },
      secrets: { team: { AWS_ACCESS_KEY_ID: 'AKIA' } },
    },
    { message: 'set only one of secretRef and serviceAccountRef' },
  ],
  [
    '11: a ServiceAccount without a role is refused',
    { kind: 'Issuer', spec: { serviceAccountRef } },
    { message: 'role must be set when using serviceAccountRef' },
  ],
  [
    '14: an access key beside a ServiceAccount is refused',
    { kind: 'ClusterIssuer', spec: { secretRef, serviceAccountRef, role }, secrets: { controllers: both } },
    { message: 'set only one of secretRef and serviceAccountRef' },
  ],
  [
    '15: a role alone is assumed with ambient credentials',
    { kind: 'ClusterIssuer', spec: { role } },
    { source: ambient, plan: { roles: [{ arn: role }] } },
  ],
  ['16: a role alone is refused without ambient credentials', { kind: 'Issuer', spec: { role } }, { message: empty }],
  [
    '17: a role is assumed with an access key',
    { kind: 'Issuer', spec: { secretRef, role }, secrets: inTeam },
    { source: keys, plan: { roles: [{ arn: role }] } },
  ],
  [
    '22: a Secret without the key is named with it, and none of its values',
    {
      kind: 'Issuer',
      spec: { secretRef: { ...secretRef, accessKeyIDSelector: { key: 'id' } } },
      secrets: inTeam,
    },
    { message: 'no AWS Access Key ID Found: Secret team/key has no value under the key id.' },
  ],
  [
    '23: white space around both parts is cut off',
    {
      kind: 'Issuer',
      spec: { secretRef },
      secrets: { team: { AWS_ACCESS_KEY_ID: 'AKIA\n', AWS_SECRET_ACCESS_KEY: ' hush\r\n' } },
    },
    { source: keys },
  ],
  [
    '24: what is empty after that is missing',
    { kind: 'Issuer', spec: { secretRef }, secrets: { team: { ...both, AWS_ACCESS_KEY_ID: ' \n' } } },
    { message: 'no AWS Access Key ID Found' },
  ],
  [
    '26: an issuer is refused a Secret of another namespace',
    { kind: 'Issuer', spec: { secretRef: { ...secretRef, namespace: 'other' } }, secrets: { other: both } },
    {
      message:
        "secretRef: namespace must match the Issuer's namespace (team), and spec.secretRef.namespace is other. An AWSPCAIssuer " +
        'uses no Secret of another namespace: leave the field out, and use a Secret in team.',
    },
  ],
  [
    '27: a reference of a cluster issuer without a namespace means the cluster resource namespace',
    { kind: 'ClusterIssuer', spec: { serviceAccountRef, role } },
    { source: { kind: 'webIdentity', role, origin: 'ServiceAccount controllers/signer' } },
  ],
  [
    '28: the usual keys of a Secret, and a session token if there is one',
    {
      kind: 'Issuer',
      spec: { secretRef },
      secrets: { team: { ...both, AWS_ACCESS_KEY_ID: 'ASIA', AWS_SESSION_TOKEN: 'token\n' } },
    },
    { source: { ...keys, accessKeyId: 'ASIA', sessionToken: 'token' } },
  ],
  [
    '37: the region of the issuer counts, and need not be set in the environment',
    { kind: 'ClusterIssuer', spec: { region: 'eu-west-1' } },
    { source: ambient, plan: { region: 'eu-west-1' } },
  ],
  [
    '43: without any region it is that of the CA',
    { kind: 'Issuer', spec: { secretRef }, secrets: inTeam },
    { source: keys, plan: { region: 'eu-west-1' } },
  ],
  [
    '44: a region that contradicts the CA is refused',
    { kind: 'Issuer', spec: { secretRef, region: 'us-east-1' }, secrets: inTeam },
    { message: 'spec.region is us-east-1, but the CA in spec.arn is in eu-west-1.' },
  ],
  [
    '64: an external ID goes with its role',
    { kind: 'Issuer', spec: { secretRef, role, externalID: 'team-a' }, secrets: inTeam },
    { source: keys, plan: { roles: [{ arn: role, externalId: 'team-a' }] } },
  ],
];

const secretOf = (namespace: string, values: Readonly<Record<string, string>>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace, name: 'key', uid: namespace, resourceVersion: '1', creationTimestamp: '' },
  ...{ data: Object.fromEntries(Object.entries(values).map(([key, text]) => [key, btoa(text)])) },
});

interface Found {
  readonly message?: string;
  readonly source?: CredentialSource;
  readonly plan?: IssuerPlan;
}

async function find({ kind, flags, spec = {}, secrets = {} }: Situation, api: FakeKubeApi): Promise<Found> {
  for (const [namespace, values] of Object.entries(secrets)) api.put(secretOf(namespace, values));
  const change = withIssuerSpec({ secretRef: undefined, ...spec, arn: authorityArn });
  const object = kind === 'Issuer' ? issuer('i', change) : clusterIssuer('i', change);
  const planning = planIssuer(object, {
    clusterIssuerAmbientCredentials: true,
    issuerAmbientCredentials: false,
    clusterResourceNamespace: 'controllers',
    ...flags,
  });
  if (planning.kind === 'invalid') return planning;
  const reading = await readCredentials(api, planning.plan.credentials);
  return reading.kind === 'credentials' ? { source: reading.source, plan: planning.plan } : reading;
}

describe('credentials', () => {
  test.each(table)('credentials %s', async (_, situation, outcome) => {
    const api = new FakeKubeApi();
    const found = await find(situation, api);
    if ('message' in outcome) {
      expect(found.message).toContain(outcome.message);
      expect(found.source).toBeUndefined();
      expect(found.message).not.toMatch(/AKIA|hush/);
    } else expect(found).toMatchObject(outcome);
    expect(api.created).toEqual([]);
  });

  test('credentials 5: an empty kind of issuer is unsupported', () => {
    const request = certificateRequest('r', withSpec({ issuerRef: { group: 'awspca.cert-manager.io', name: 'i' } }));
    expect(issuerTargetOf(request)).toEqual({ type: 'unsupportedKind', kind: '' });
  });
});
