import { describe, expect, test } from '@jest/globals';
import type { Issuer, IssuerSpec } from '../../api/awspca.ts';
import { authorityArn, clusterIssuer, issuer, withIssuerSpec } from '../../../test/support/builders.ts';
import { type IssuerPolicy, planIssuer } from './plan-issuer.ts';

const policy: IssuerPolicy = {
  clusterIssuerAmbientCredentials: true,
  issuerAmbientCredentials: false,
  clusterResourceNamespace: 'controllers',
};
type Spec = { readonly [K in keyof IssuerSpec]: IssuerSpec[K] | undefined };

const plan = (spec: Spec, more: Partial<IssuerPolicy> = {}) =>
  planIssuer(issuer('i', withIssuerSpec(spec)), { ...policy, ...more });
const planCluster = (spec: Spec, more: Partial<IssuerPolicy> = {}) =>
  planIssuer(clusterIssuer('i', withIssuerSpec(spec)), { ...policy, ...more });

const secret = { secretRef: { name: 'key' } };
const minute = 60_000;

test('the plainest issuer, with every default', () => {
  expect(plan({})).toEqual({
    kind: 'plan',
    plan: {
      arn: authorityArn,
      partition: 'aws',
      region: 'eu-west-1',
      credentials: {
        kind: 'secret',
        namespace: 'team',
        name: 'key',
        accessKeyIdKey: 'AWS_ACCESS_KEY_ID',
        secretAccessKeyKey: 'AWS_SECRET_ACCESS_KEY',
      },
      role: undefined,
      defaultTemplateName: undefined,
      allowedTemplateNames: [],
      notBeforeOffsetMs: 15 * minute,
      defaultDurationMs: 30 * 24 * 60 * minute,
      clampToCA: false,
    },
  });
});

test('an issuer that sets everything', () => {
  const spec = {
    region: 'eu-west-1',
    role: 'arn:aws:iam::111122223333:role/pca',
    secretRef: {
      name: 'key',
      namespace: 'team',
      accessKeyIDSelector: { key: 'id', name: 'ignored', optional: true },
      secretAccessKeySelector: { key: 'secret' },
    },
    pcaTemplate: {
      defaultTemplateName: 'BlankEndEntityCertificate_APICSRPassthrough/V1',
      allowedTemplateNames: ['EndEntityCertificate/V1', 'SubordinateCACertificate_PathLen*/V1', 'Blank*', '*'],
    },
    notBeforeOffset: '30s',
    validity: { defaultDuration: '2160h', clampToCA: true },
  };
  expect(plan(spec)).toMatchObject({
    kind: 'plan',
    plan: {
      role: spec.role,
      credentials: { kind: 'secret', namespace: 'team', accessKeyIdKey: 'id', secretAccessKeyKey: 'secret' },
      defaultTemplateName: spec.pcaTemplate.defaultTemplateName,
      allowedTemplateNames: spec.pcaTemplate.allowedTemplateNames,
      notBeforeOffsetMs: 30_000,
      defaultDurationMs: 90 * 24 * 60 * minute,
      clampToCA: true,
    },
  });
});

test('what is empty counts as left out', () => {
  const spec = { region: '', role: '', pcaTemplate: { defaultTemplateName: '' }, notBeforeOffset: '' };
  expect(plan({ ...spec, validity: { defaultDuration: '' } })).toEqual(plan({}));
  expect(plan({ pcaTemplate: {}, validity: {} })).toEqual(plan({}));
  expect(plan(spec)).toEqual(plan({}));
});

test('an issuer without spec has no ARN', () => {
  const { apiVersion, metadata } = issuer('i');
  const bare: Issuer = { apiVersion, kind: 'AWSPCAIssuer', metadata };
  expect(planIssuer(bare, policy)).toMatchObject({ kind: 'invalid', reason: 'Validation' });
});

/** v1.12.0's words have to be found in the message, by those who alert on them. */
describe('what is refused', () => {
  const serviceAccount = { serviceAccountRef: { name: 'signer' }, secretRef: undefined };
  const role = 'arn:aws:iam::111122223333:role/pca';

  test.each<[string, Spec, 'Validation' | 'Error', string]>([
    ['no ARN', { arn: undefined }, 'Validation', 'Failed to validate resource: no Arn found in Issuer Spec'],
    ['an empty ARN', { arn: '' }, 'Validation', 'Failed to validate resource: no Arn found in Issuer Spec'],
    ['no ARN of a CA', { arn: 'arn:aws:s3:::bucket' }, 'Validation', 'does not name a CA of AWS Private CA'],
    ['a certificate’s ARN', { arn: `${authorityArn}/certificate/1` }, 'Validation', 'does not name a CA'],
    [
      'another region than the ARN’s',
      { region: 'us-east-1' },
      'Validation',
      'spec.region is us-east-1, but the CA in spec.arn is in eu-west-1.',
    ],
    [
      'a Secret of another namespace',
      { secretRef: { name: 'key', namespace: 'other' } },
      'Error',
      "secretRef: namespace must match the Issuer's namespace",
    ],
    [
      'no credentials',
      { secretRef: undefined },
      'Error',
      'empty credentials; perhaps you meant to enable ambient credentials?',
    ],
    [
      'a role alone',
      { secretRef: undefined, role },
      'Error',
      'empty credentials; perhaps you meant to enable ambient credentials?',
    ],
    [
      'a Secret without a name',
      { secretRef: {} },
      'Error',
      'empty credentials; perhaps you meant to enable ambient credentials?',
    ],
    [
      'both references',
      { ...serviceAccount, ...secret, role },
      'Error',
      'set only one of secretRef and serviceAccountRef',
    ],
    [
      'a ServiceAccount without a name',
      { ...serviceAccount, serviceAccountRef: { name: '' }, role },
      'Error',
      'serviceAccountRef.name is required',
    ],
    ['a ServiceAccount without a role', serviceAccount, 'Error', 'role must be set when using serviceAccountRef'],
    [
      'a ServiceAccount of another namespace',
      { ...serviceAccount, serviceAccountRef: { name: 'signer', namespace: 'other' }, role },
      'Error',
      "serviceAccountRef: namespace must match the Issuer's namespace",
    ],
    [
      'a ServiceAccount at all, by name',
      { ...serviceAccount, role },
      'Error',
      'spec.serviceAccountRef is not supported by this version.',
    ],
    [
      'a negative offset',
      { notBeforeOffset: '-1s' },
      'Validation',
      'notBeforeOffset in Issuer Spec must not be negative',
    ],
    [
      'an offset of more than a day',
      { notBeforeOffset: '24h1s' },
      'Validation',
      'notBeforeOffset in Issuer Spec must not exceed 24h',
    ],
    [
      'a default duration of nothing',
      { validity: { defaultDuration: '0h' } },
      'Validation',
      'spec.validity.defaultDuration "0h" must be longer than zero.',
    ],
    [
      'a senseless default duration',
      { validity: { defaultDuration: '90d' } },
      'Validation',
      'spec.validity.defaultDuration "90d" must be a duration such as',
    ],
    ...[
      '',
      'EndEntityCertificate',
      'EndEntity Certificate/V1',
      'arn:aws:acm-pca:::template/EndEntityCertificate/V1',
    ].map((name): [string, Spec, 'Validation', string] => [
      `the allowed template ${JSON.stringify(name)}`,
      { pcaTemplate: { allowedTemplateNames: ['EndEntityCertificate/V1', name] } },
      'Validation',
      `spec.pcaTemplate.allowedTemplateNames[1] ${JSON.stringify(name)} names no template. Write a name with its version`,
    ]),
    ['a senseless offset', { notBeforeOffset: 'soon' }, 'Validation', 'spec.notBeforeOffset "soon" must be a duration'],
  ])('%s', (_, spec, reason, message) => {
    const planning = plan(spec);
    expect(planning).toMatchObject({ kind: 'invalid', reason });
    expect(planning.kind === 'invalid' ? planning.message : '').toContain(message);
  });
});

test.each([
  ['0s', 0],
  ['0h', 0],
  ['5m', 5 * minute],
  ['1h30m', 90 * minute],
  ['24h', 24 * 60 * minute],
])('an offset of %s', (notBeforeOffset, notBeforeOffsetMs) => {
  expect(plan({ notBeforeOffset })).toMatchObject({ kind: 'plan', plan: { notBeforeOffsetMs } });
});

test.each([
  ['aws-us-gov', 'us-gov-west-1'],
  ['aws-cn', 'cn-north-1'],
])('partition %s and region come from the ARN', (partition, region) => {
  const arn = authorityArn.replace('arn:aws:', `arn:${partition}:`).replace('eu-west-1', region);
  expect(plan({ arn })).toMatchObject({ kind: 'plan', plan: { arn, partition, region } });
});

describe('ambient credentials', () => {
  const bare = { secretRef: undefined };
  const ambient = { kind: 'plan', plan: { credentials: { kind: 'ambient' } } };

  test.each([
    ['an AWSPCAIssuer has none by default', plan(bare), { kind: 'invalid', reason: 'Error' }],
    ['an AWSPCAIssuer has them by its flag', plan(bare, { issuerAmbientCredentials: true }), ambient],
    [
      'not by the other flag',
      plan(bare, { clusterIssuerAmbientCredentials: true }),
      { kind: 'invalid', reason: 'Error' },
    ],
    ['an AWSPCAClusterIssuer has them by default', planCluster(bare), ambient],
    [
      'an AWSPCAClusterIssuer has none without its flag',
      planCluster(bare, { clusterIssuerAmbientCredentials: false, issuerAmbientCredentials: true }),
      { kind: 'invalid', reason: 'Error' },
    ],
  ])('%s', (_, planning, expected) => {
    expect(planning).toMatchObject(expected);
  });

  test.each([
    [plan(bare), '--issuer-ambient-credentials'],
    [planCluster(bare, { clusterIssuerAmbientCredentials: false }), '--cluster-issuer-ambient-credentials'],
  ])('the message names the flag', (planning, flag) => {
    expect(planning.kind === 'invalid' ? planning.message : '').toContain(` ${flag}.`);
  });

  test('a Secret is used where there is one, whatever the flags say', () => {
    expect(plan(secret, { issuerAmbientCredentials: true })).toMatchObject({
      plan: { credentials: { kind: 'secret' } },
    });
  });
});

describe('the Secret of an AWSPCAClusterIssuer', () => {
  test.each([
    [undefined, 'controllers'],
    ['', 'controllers'],
    ['vault', 'vault'],
  ])('named without or with a namespace (%j) is in %s', (namespace, expected) => {
    const secretRef = namespace === undefined ? { name: 'key' } : { name: 'key', namespace };
    expect(planCluster({ secretRef })).toMatchObject({ plan: { credentials: { namespace: expected } } });
  });
});
