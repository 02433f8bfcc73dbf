import { describe, expect, test } from '@jest/globals';
import type { Route53Spec } from '../../src/api/acm.ts';
import type { CredentialSource } from '../../src/aws/identity.ts';
import { route53Endpoint } from '../../src/aws/route53/route53-endpoint.ts';
import { InvalidSpec } from '../../src/controllers/issuers/invalid-spec.ts';
import type { CredentialPolicy } from '../../src/controllers/issuers/plan-credentials.ts';
import { planRoute53, type Route53Plan } from '../../src/controllers/issuers/plan-route53.ts';
import { readCredentials } from '../../src/controllers/issuers/read-credentials.ts';
import type { KubeObject, ObjectName, Resource } from '../../src/kube/objects.ts';
import { clusterIssuer, issuer } from '../support/builders.ts';
import { FakeKubeApi } from '../support/fake-kube-api.ts';

/**
 * Which identity writes to Route 53, by what `dns01.route53`, the flags and the environment say. The numbers are those of
 * the table of expected behaviour that all tests named `credentials …` share.
 */
interface Situation {
  readonly kind: 'Issuer' | 'ClusterIssuer';
  readonly flags?: Partial<CredentialPolicy>;
  readonly spec?: Route53Spec;
  /** AWS_REGION, else AWS_DEFAULT_REGION. */
  readonly own?: string;
  /** What Secrets hold, by `<namespace>/<name>`. */
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

type Outcome =
  { readonly message: string } | { readonly source: Partial<CredentialSource>; readonly plan?: Partial<Route53Plan> };

const role = 'arn:aws:iam::111122223333:role/dns';
const accessKeyIDSecretRef = { name: 'key', key: 'id' };
const secretAccessKeySecretRef = { name: 'key', key: 'secret' };
const keyRefs = { accessKeyIDSecretRef, secretAccessKeySecretRef };
const both = { id: 'AKIA', secret: 'hush' };
const inTeam = { 'team/key': both };
const keys = { kind: 'static', accessKeyId: 'AKIA', secretAccessKey: 'hush' } as const;
const ambient = { kind: 'ambient' } as const;
const token = (rest: object = {}) => ({ auth: { kubernetes: { serviceAccountRef: { name: 'dns', ...rest } } } });
const empty = 'empty credentials; perhaps you meant to enable ambient credentials?';
const half = 'only one of access and secret key was provided';
const allowed = { issuerAmbientCredentials: true };
const refused = { clusterIssuerAmbientCredentials: false };

const table: readonly (readonly [row: string, situation: Situation, outcome: Outcome])[] = [
  ['1: a cluster issuer that sets nothing is ambient', { kind: 'ClusterIssuer' }, { source: ambient }],
  ['2: an issuer that sets nothing is refused', { kind: 'Issuer' }, { message: empty }],
  ['3: an issuer that sets nothing is ambient by its flag', { kind: 'Issuer', flags: allowed }, { source: ambient }],
  ['4: a cluster issuer is refused without its flag', { kind: 'ClusterIssuer', flags: refused }, { message: empty }],
  [
    '6: an access key goes before ambient credentials',
    { kind: 'Issuer', flags: allowed, spec: keyRefs, secrets: inTeam },
    { source: keys },
  ],
  [
    '7: an access key needs no flag',
    { kind: 'Issuer', spec: keyRefs, secrets: inTeam },
    { source: { ...keys, origin: 'Secret team/key' } },
  ],
  ['8: the id alone is refused', { kind: 'Issuer', spec: { accessKeyIDSecretRef } }, { message: half }],
  ['8: so is a literal one', { kind: 'Issuer', flags: allowed, spec: { accessKeyID: 'AKIA' } }, { message: half }],
  [
    '9: the secret part alone is refused, whatever the flags say',
    { kind: 'Issuer', flags: allowed, spec: { secretAccessKeySecretRef } },
    { message: half },
  ],
  [
    '10: the id alone beside a ServiceAccount and a role is refused',
    { kind: 'Issuer', spec: { accessKeyIDSecretRef, role, ...token() } },
    { message: half },
  ],
  [
    '11: a ServiceAccount without a role is refused',
    { kind: 'Issuer', spec: token() },
    { message: 'role must be set when web identity token is set' },
  ],
  [
    '12: a ServiceAccount with a role needs no flag',
    { kind: 'Issuer', spec: { role, ...token() } },
    { source: { kind: 'webIdentity', role, origin: 'ServiceAccount team/dns' }, plan: { roles: [] } },
  ],
  [
    '13: ambient credentials that are allowed are not used beside it',
    { kind: 'ClusterIssuer', spec: { role, ...token() } },
    { source: { kind: 'webIdentity', role, origin: 'ServiceAccount controllers/dns' }, plan: { roles: [] } },
  ],
  [
    '14: a ServiceAccount goes before an access key, which is not read',
    { kind: 'Issuer', spec: { ...keyRefs, role, ...token() } },
    { source: { kind: 'webIdentity', role }, plan: { roles: [] } },
  ],
  [
    '15: a role alone is assumed with ambient credentials',
    { kind: 'ClusterIssuer', spec: { role } },
    { source: ambient, plan: { roles: [{ arn: role }] } },
  ],
  ['16: a role alone is refused without them', { kind: 'Issuer', spec: { role } }, { message: empty }],
  [
    '17: a role is assumed with an access key',
    { kind: 'Issuer', spec: { ...keyRefs, role }, secrets: inTeam },
    { source: keys, plan: { roles: [{ arn: role }] } },
  ],
  [
    '19: the id twice is refused',
    { kind: 'Issuer', spec: { ...keyRefs, accessKeyID: 'AKIA' }, secrets: inTeam },
    { message: 'route53 accessKeyID and accessKeyIDSecretRef cannot both be specified' },
  ],
  [
    '20: a reference without a key is refused',
    { kind: 'Issuer', spec: { ...keyRefs, accessKeyIDSecretRef: { name: 'key', key: '' } } },
    { message: 'route53 accessKeyIDSecretRef requires a key field' },
  ],
  [
    '20: a reference without a name is refused',
    { kind: 'Issuer', spec: { ...keyRefs, accessKeyIDSecretRef: { key: 'id' } } },
    { message: 'route53 accessKeyIDSecretRef requires a name field' },
  ],
  [
    '20: so is the secret part without a key',
    { kind: 'Issuer', spec: { ...keyRefs, secretAccessKeySecretRef: { name: 'key', key: '' } } },
    { message: 'route53 secretAccessKeySecretRef requires a key field' },
  ],
  [
    '20: and without a name it is not there',
    { kind: 'Issuer', spec: { ...keyRefs, secretAccessKeySecretRef: { key: 'secret' } } },
    { message: half },
  ],
  [
    'a name of a Secret that is none is refused',
    { kind: 'Issuer', spec: { ...keyRefs, accessKeyIDSecretRef: { name: '..', key: 'id' } } },
    { message: 'accessKeyIDSecretRef.name ".." can be no name of a Secret' },
  ],
  [
    'so is one of the secret part',
    { kind: 'Issuer', spec: { ...keyRefs, secretAccessKeySecretRef: { name: 'a/b', key: 'secret' } } },
    { message: 'secretAccessKeySecretRef.name "a/b" can be no name of a Secret' },
  ],
  [
    'and one of a ServiceAccount',
    { kind: 'Issuer', spec: { role, ...token({ name: '../x' }) } },
    { message: 'auth.kubernetes.serviceAccountRef.name "../x" can be no name of a ServiceAccount' },
  ],
  [
    '21: a Secret that is missing is waited for',
    { kind: 'Issuer', spec: keyRefs },
    { message: 'error getting route53 secret access key id: Secret team/key does not exist. Create it' },
  ],
  [
    '21: also the one of the secret part',
    { kind: 'Issuer', spec: { accessKeyID: 'AKIA', secretAccessKeySecretRef } },
    { message: 'error getting route53 secret access key: Secret team/key does not exist. Create it' },
  ],
  [
    '22: a Secret without the key of the id is named with it',
    { kind: 'Issuer', spec: { ...keyRefs, accessKeyIDSecretRef: { name: 'key', key: 'other' } }, secrets: inTeam },
    { message: 'no data found in Secret "key" at Key "other". Add it to the Secret in team, or correct accessKeyID' },
  ],
  [
    '22: and without that of the secret part',
    { kind: 'Issuer', spec: { ...keyRefs, secretAccessKeySecretRef: { name: 'key', key: 'x' } }, secrets: inTeam },
    { message: `error getting route53 secret access key: key 'x' not found in secret "key". Add it to the Secret in` },
  ],
  [
    '23: white space around both parts is cut off',
    { kind: 'Issuer', spec: keyRefs, secrets: { 'team/key': { id: 'AKIA\n', secret: ' hush\r\n' } } },
    { source: keys },
  ],
  [
    '23: and around a literal id',
    { kind: 'Issuer', spec: { accessKeyID: ' AKIA\n', secretAccessKeySecretRef }, secrets: inTeam },
    { source: keys },
  ],
  [
    '24: what is empty after that is missing',
    { kind: 'Issuer', spec: keyRefs, secrets: { 'team/key': { id: 'AKIA', secret: ' \n' } } },
    { message: `key 'secret' not found in secret "key"` },
  ],
  [
    '25: a cluster issuer finds Secrets in the cluster resource namespace',
    { kind: 'ClusterIssuer', spec: keyRefs, secrets: { 'controllers/key': both } },
    { source: { ...keys, origin: 'Secret controllers/key' } },
  ],
  [
    '25: and there alone',
    { kind: 'ClusterIssuer', spec: keyRefs, secrets: inTeam },
    { message: 'Secret controllers/key does not exist' },
  ],
  [
    '26: an issuer finds Secrets in its own namespace alone',
    { kind: 'Issuer', spec: keyRefs, secrets: { 'controllers/key': both } },
    { message: 'Secret team/key does not exist' },
  ],
  [
    '32: the usual audience',
    { kind: 'Issuer', spec: { role, ...token() } },
    {
      source: { kind: 'webIdentity' },
      plan: {
        credentials: { kind: 'serviceAccount', namespace: 'team', name: 'dns', audiences: ['sts.amazonaws.com'], role },
      },
    },
  ],
  [
    '33: other audiences are exactly those',
    { kind: 'Issuer', spec: { role, ...token({ audiences: ['a', 'b'] }) } },
    { source: { key: JSON.stringify(['team', 'dns', ['a', 'b']]) } as never },
  ],
  [
    '36: with ambient credentials the region of the environment goes before that of the issuer, which is said',
    { kind: 'ClusterIssuer', own: 'eu-west-1', spec: { region: 'us-west-2' } },
    {
      source: ambient,
      plan: {
        region: 'eu-west-1',
        regionNote:
          "spec.acm.domains[0].dns01.route53.region us-west-2 is ignored: the controller's own region, eu-west-1, goes with " +
          'its own credentials.',
      },
    },
  ],
  [
    '37: without one in the environment that of the issuer counts',
    { kind: 'ClusterIssuer', spec: { region: 'us-west-2' } },
    { source: ambient, plan: { region: 'us-west-2' } },
  ],
  [
    '38: with an access key that of the issuer goes first',
    { kind: 'Issuer', own: 'eu-west-1', spec: { ...keyRefs, region: 'us-west-2' }, secrets: inTeam },
    { source: keys, plan: { region: 'us-west-2' } },
  ],
  [
    '38: with a ServiceAccount too',
    { kind: 'Issuer', own: 'eu-west-1', spec: { role, ...token(), region: 'us-west-2' } },
    { source: { kind: 'webIdentity' }, plan: { region: 'us-west-2' } },
  ],
  [
    '39: else that of the environment',
    { kind: 'Issuer', own: 'eu-west-1', spec: keyRefs, secrets: inTeam },
    { source: keys, plan: { region: 'eu-west-1' } },
  ],
  [
    '42: without any region it is that of the partition, which is said',
    { kind: 'ClusterIssuer' },
    {
      source: ambient,
      plan: {
        region: 'us-east-1',
        regionNote: 'spec.acm.domains[0].dns01.route53 and the environment give no region: us-east-1 is taken.',
      },
    },
  ],
  [
    '45: a role of GovCloud is assumed there',
    { kind: 'ClusterIssuer', spec: { role: 'arn:aws-us-gov:iam::111122223333:role/dns' } },
    { source: ambient, plan: { region: 'us-gov-west-1' } },
  ],
  [
    '45: and refused from elsewhere',
    { kind: 'ClusterIssuer', own: 'eu-west-1', spec: { role: 'arn:aws-us-gov:iam::111122223333:role/dns' } },
    { message: 'is in partition aws-us-gov, which no identity of region eu-west-1 reaches. Correct role or region.' },
  ],
  [
    '15: a role that is none is refused',
    { kind: 'ClusterIssuer', spec: { role: 'arn:aws:iam::111122223333:user/dns' } },
    { message: 'is not the ARN of an IAM role. It looks like arn:<partition>:iam::<account>:role/<name>.' },
  ],
  [
    '12: a ServiceAccount without a name is refused',
    { kind: 'ClusterIssuer', spec: { role, ...token({ name: '' }) } },
    { message: 'service account name is required' },
  ],
  [
    '33: an empty audience is refused',
    { kind: 'ClusterIssuer', spec: { role, ...token({ audiences: ['a', ' '] }) } },
    { message: 'audiences has an empty one' },
  ],
];

const secretOf = (path: string, values: Readonly<Record<string, string>>): KubeObject => {
  const [namespace = '', name = ''] = path.split('/');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name, uid: path, resourceVersion: '1', creationTimestamp: '' },
    ...{ data: Object.fromEntries(Object.entries(values).map(([key, text]) => [key, btoa(text)])) },
  };
};

class CountingApi extends FakeKubeApi {
  looks = 0;

  override get<T extends KubeObject>(resource: Resource<T>, name: ObjectName): Promise<T> {
    this.looks += 1;
    return super.get(resource, name);
  }
}

interface Found {
  readonly message?: string;
  readonly source?: CredentialSource;
  readonly plan?: Route53Plan;
}

function planOf({ kind, flags, spec = {}, own }: Situation): Route53Plan {
  const object = kind === 'Issuer' ? issuer('i') : clusterIssuer('i');
  const usual = { clusterIssuerAmbientCredentials: true, issuerAmbientCredentials: false };
  const policy = { ...usual, clusterResourceNamespace: 'controllers', ...flags };
  const domain = { name: 'example.com', dns01: { route53: spec } };
  return planRoute53(object, domain, 'spec.acm.domains[0]', { policy, ownRegion: own });
}

async function find(situation: Situation, api: FakeKubeApi): Promise<Found> {
  for (const [path, values] of Object.entries(situation.secrets ?? {})) api.put(secretOf(path, values));
  try {
    const plan = planOf(situation);
    const reading = await readCredentials(api, plan.credentials);
    return reading.kind === 'credentials' ? { source: reading.source, plan } : reading;
  } catch (error) {
    if (error instanceof InvalidSpec) return { message: error.message };
    throw error;
  }
}

describe('credentials of Route 53', () => {
  test.each(table)('credentials %s', async (_, situation, outcome) => {
    const api = new FakeKubeApi();
    const found = await find(situation, api);
    if ('message' in outcome) {
      expect(found.message).toContain(outcome.message);
      expect(found.source).toBeUndefined();
      expect(found.message).not.toMatch(/hush/);
    } else expect(found).toMatchObject(outcome);
    expect(api.created).toEqual([]);
  });

  test('credentials 45: the plan for GovCloud leads to its own Route 53', () => {
    const { region } = planOf({ kind: 'ClusterIssuer', spec: { role: 'arn:aws-us-gov:iam::111122223333:role/dns' } });
    expect(route53Endpoint({ Region: region }).url.host).toBe('route53.us-gov.amazonaws.com');
  });

  test('a fault of the spec begins with its field', () =>
    expect(() => planOf({ kind: 'Issuer' })).toThrow(/^spec\.acm\.domains\[0\]\.dns01\.route53: /));

  test.each([
    ['one Secret is read once', keyRefs, 1],
    ['two are read once each', { ...keyRefs, accessKeyIDSecretRef: { name: 'other', key: 'id' } }, 2],
    ['a literal id takes no look', { accessKeyID: 'AKIA', secretAccessKeySecretRef }, 1],
  ])('%s', async (_, spec, looks) => {
    const api = new CountingApi();
    const secrets = { ...inTeam, 'team/other': both };
    expect(await find({ kind: 'Issuer', spec, secrets }, api)).toMatchObject({ source: keys });
    expect(api.looks).toBe(looks);
  });
});
