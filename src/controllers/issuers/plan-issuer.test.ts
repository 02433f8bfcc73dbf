import { describe, expect, test } from '@jest/globals';
import type { Issuer, IssuerSpec } from '../../api/awspca.ts';
import { authorityArn, clusterIssuer, issuer, withIssuerSpec } from '../../../test/support/builders.ts';
import type { CredentialPolicy } from './plan-credentials.ts';
import { planIssuer } from './plan-issuer.ts';

const policy: CredentialPolicy = {
  clusterIssuerAmbientCredentials: true,
  issuerAmbientCredentials: false,
  clusterResourceNamespace: 'controllers',
};
type Spec = { readonly [K in keyof IssuerSpec]: IssuerSpec[K] | undefined };

const plan = (spec: Spec, more: Partial<CredentialPolicy> = {}) =>
  planIssuer(issuer('i', withIssuerSpec(spec)), { ...policy, ...more });
const planCluster = (spec: Spec, more: Partial<CredentialPolicy> = {}) =>
  planIssuer(clusterIssuer('i', withIssuerSpec(spec)), { ...policy, ...more });

const secret = { secretRef: { name: 'key' } };
const role = 'arn:aws:iam::111122223333:role/pca';
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
        sessionTokenKey: 'AWS_SESSION_TOKEN',
        hasSessionToken: false,
      },
      roles: [],
      roleSessionName: 'aws-privateca-issuer',
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
    role,
    secretRef: {
      name: 'key',
      namespace: 'team',
      accessKeyIDSelector: { key: 'id', name: 'ignored', optional: true },
      secretAccessKeySelector: { key: 'secret' },
      sessionTokenSelector: { key: 'token' },
    },
    externalID: 'team-a',
    roleChain: [{ role: 'arn:aws:iam::444455556666:role/path/pca', externalID: 'issuer' }, { role: `${role}-2` }],
    roleSessionName: 'team-a@example.com',
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
      credentials: {
        ...{ kind: 'secret', namespace: 'team', accessKeyIdKey: 'id', secretAccessKeyKey: 'secret' },
        ...{ sessionTokenKey: 'token', hasSessionToken: true },
      },
      roles: [
        { arn: role, externalId: 'team-a' },
        { arn: 'arn:aws:iam::444455556666:role/path/pca', externalId: 'issuer' },
        { arn: `${role}-2` },
      ],
      roleSessionName: 'team-a@example.com',
      defaultTemplateName: spec.pcaTemplate.defaultTemplateName,
      allowedTemplateNames: spec.pcaTemplate.allowedTemplateNames,
      notBeforeOffsetMs: 30_000,
      defaultDurationMs: 90 * 24 * 60 * minute,
      clampToCA: true,
    },
  });
});

test('what is empty counts as left out', () => {
  const empty = { externalID: '', roleChain: [], roleSessionName: '' };
  const spec = { ...empty, region: '', role: '', pcaTemplate: { defaultTemplateName: '' }, notBeforeOffset: '' };
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
      'a Secret that leads up',
      { secretRef: { name: '..' } },
      'Error',
      'spec.secretRef.name ".." can be no name of a Secret.',
    ],
    [
      'a ServiceAccount that leads on',
      { ...serviceAccount, serviceAccountRef: { name: 'signer/token?x' }, role },
      'Error',
      'spec.serviceAccountRef.name "signer/token?x" can be no name of a ServiceAccount.',
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
      'an audience without a name',
      { ...serviceAccount, serviceAccountRef: { name: 'signer', audiences: ['a', ' '] }, role },
      'Error',
      'spec.serviceAccountRef.audiences[1] " " is empty.',
    ],
    [
      'an external ID where a token is exchanged',
      { ...serviceAccount, role, externalID: 'team-a' },
      'Error',
      'spec.externalID "team-a" cannot be used with spec.serviceAccountRef',
    ],
    ['an external ID without a role', { externalID: 'x1' }, 'Error', 'spec.externalID "x1" is set without spec.role'],
    ['a chain without a role', { roleChain: [{ role }] }, 'Error', 'spec.roleChain is set without spec.role'],
    [
      'a role that is none',
      { role: 'pca' },
      'Error',
      'spec.role "pca" is not the ARN of an IAM role. It looks like arn:',
    ],
    [
      'a role that is none for a token',
      { ...serviceAccount, role: 'arn:aws:iam::1:role/x' },
      'Error',
      'spec.role "arn:aws:iam::1:role/x" is not the ARN of an IAM role.',
    ],
    [
      'a role in the chain that is none',
      { role, roleChain: [{ role }, { role: 'arn:aws:iam::111122223333:user/u' }] },
      'Error',
      'spec.roleChain[1].role "arn:aws:iam::111122223333:user/u" is not the ARN of an IAM role.',
    ],
    [
      'a role of another partition',
      { role: 'arn:aws-cn:iam::111122223333:role/pca' },
      'Error',
      'spec.role arn:aws-cn:iam::111122223333:role/pca is in partition aws-cn, but the CA in spec.arn is in aws',
    ],
    [
      'an external ID with a space',
      { role, externalID: 'a b' },
      'Error',
      'spec.externalID "a b" is not an external ID',
    ],
    [
      'an external ID of one letter in the chain',
      { role, roleChain: [{ role, externalID: 'a' }] },
      'Error',
      'spec.roleChain[0].externalID "a" is not an external ID',
    ],
    ...['a', 'a/b', 'a b', 'ä-name', 'x'.repeat(65)].map((roleSessionName): [string, Spec, 'Error', string] => [
      `the session name ${roleSessionName}`,
      { role, roleSessionName },
      'Error',
      `spec.roleSessionName "${roleSessionName}" is not a session name: AWS takes 2 to 64`,
    ]),
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

  test('the message names the role that cannot do without them', () => {
    const planning = plan({ ...bare, role });
    expect(planning.kind === 'invalid' ? planning.message : '').toContain(`spec.role ${role} needs credentials`);
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

describe('a ServiceAccount', () => {
  const serviceAccount = { secretRef: undefined, role, serviceAccountRef: { name: 'signer' } };

  test('with its role, the usual audience, and the chain behind it', () => {
    const roleChain = [{ role: `${role}-2`, externalID: 'issuer' }];
    expect(plan({ ...serviceAccount, roleChain })).toMatchObject({
      plan: {
        credentials: {
          ...{ kind: 'serviceAccount', namespace: 'team', name: 'signer', role },
          audiences: ['sts.amazonaws.com'],
        },
        roles: [{ arn: `${role}-2`, externalId: 'issuer' }],
      },
    });
  });

  test.each([
    [undefined, 'controllers'],
    ['vault', 'vault'],
  ])('of an AWSPCAClusterIssuer named with namespace %j is in %s', (namespace, expected) => {
    const serviceAccountRef = namespace === undefined ? { name: 'signer' } : { name: 'signer', namespace };
    expect(planCluster({ ...serviceAccount, serviceAccountRef })).toMatchObject({
      plan: { credentials: { namespace: expected } },
    });
  });
});
