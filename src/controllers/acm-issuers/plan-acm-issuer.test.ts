import { describe, expect, test } from '@jest/globals';
import type { AcmDomainSpec, AcmSpec } from '../../api/acm.ts';
import type { IssuerSpec } from '../../api/awspca.ts';
import {
  clusterIssuer,
  issuer,
  withIssuerSpec,
  withIssuerStatus,
  withMetadata,
} from '../../../test/support/builders.ts';
import { certificatesPem, mintAuthority } from '../../../test/support/pki.ts';
import type { CredentialPolicy } from '../issuers/plan-credentials.ts';
import { type AcmPlanOptions, planAcmIssuer } from './plan-acm-issuer.ts';
import type { AcmEnvironment } from './plan-endpoint.ts';

const policy: CredentialPolicy = {
  clusterIssuerAmbientCredentials: true,
  issuerAmbientCredentials: false,
  clusterResourceNamespace: 'controllers',
};
const zoneIdentity = {
  credentials: { kind: 'ambient' },
  roles: [],
  roleSessionName: 'aws-privateca-issuer',
  region: 'us-east-1',
} as const;
const options = (environment: Partial<AcmEnvironment> = {}): AcmPlanOptions => ({
  policy,
  environment: { ownRegion: 'eu-central-1', useFips: false, ...environment },
  planZoneIdentity: () => () => zoneIdentity,
});

const arn = 'arn:aws:acm:eu-west-1:111122223333:acme-endpoint/11223344-1234-1122-2233-112233445566';
const directoryURL = 'https://acme.example.com/dir';
const roleARN = 'arn:aws:iam::111122223333:role/issuance';
const none = { arn: undefined };

const plan = (acm: AcmSpec, spec: IssuerSpec = {}, environment: Partial<AcmEnvironment> = {}) =>
  planAcmIssuer(issuer('i', withIssuerSpec({ ...none, acm, ...spec })), options(environment));
const planCluster = (acm: AcmSpec) => planAcmIssuer(clusterIssuer('i', withIssuerSpec({ ...none, acm })), options());
const withDomain = (domain: Partial<AcmDomainSpec>): AcmSpec => ({
  endpoint: { arn },
  domains: [{ name: 'example.com', ...domain }],
});

describe('with every default', () => {
  test('an endpoint by its ARN', () => {
    expect(plan({ endpoint: { arn } })).toMatchObject({
      kind: 'plan',
      plan: {
        kind: 'acm',
        endpoint: { kind: 'named', arn, region: 'eu-west-1', partition: 'aws' },
        identity: { credentials: { kind: 'secret', name: 'key', namespace: 'team' }, roles: [], region: 'eu-west-1' },
        account: {
          secret: { namespace: 'team', name: 'i-acme-account', key: 'tls.key' },
          contact: [],
          binding: undefined,
        },
        domains: [],
      },
    });
  });

  test('a managed endpoint, in the region of the controller', () => {
    expect(planCluster({ endpoint: { managed: {} } })).toMatchObject({
      plan: {
        endpoint: {
          kind: 'managed',
          region: 'eu-central-1',
          contact: 'NOT_REQUIRED',
          allowedKeyAlgorithms: [],
          certificateTags: {},
          deletionPolicy: 'Retain',
        },
        identity: { credentials: { kind: 'ambient' } },
        account: { secret: { namespace: 'controllers' } },
      },
    });
  });

  test('another service, which needs no credentials', () => {
    const withoutKey = { secretRef: undefined } as object;
    expect(plan({ endpoint: { directoryURL } }, withoutKey)).toMatchObject({
      plan: { kind: 'directory', endpoint: { kind: 'directory', url: directoryURL, caPem: undefined } },
    });
  });

  test('a domain, whose record somebody else writes', () => {
    expect(plan(withDomain({}))).toMatchObject({
      plan: {
        domains: [
          {
            name: 'example.com',
            scope: { exact: true, subdomains: false, wildcards: false },
            deletionPolicy: 'Retain',
            record: { kind: 'byHand' },
            followsCname: false,
          },
        ],
      },
    });
  });
});

test('everything that can be said', () => {
  const acm: AcmSpec = {
    endpoint: {
      managed: {
        contact: 'Required',
        allowedKeyAlgorithms: ['RSA_2048', 'EC_prime256v1'],
        certificateTags: { team: 'a' },
        deletionPolicy: 'Delete',
      },
    },
    email: 'pki@example.com',
    externalAccountBinding: { roleARN, expiration: '90m30s' },
    accountKeySecretRef: { name: 'account', key: 'key.pem' },
    domains: [
      {
        name: 'a.example.com',
        scope: ['Wildcards', 'Subdomains'],
        dns01: { route53: { hostedZoneID: '/hostedzone/Z1A' } },
      },
      { name: 'example.com', dns01: { route53: { hostedZoneID: 'Z2', managedByACM: true } }, deletionPolicy: 'Delete' },
      { name: 'example.org', dns01: { route53: {} } },
    ],
  };
  expect(plan(acm, { region: 'eu-west-3' })).toMatchObject({
    plan: {
      endpoint: {
        region: 'eu-west-3',
        contact: 'REQUIRED',
        allowedKeyAlgorithms: ['EC_prime256v1', 'RSA_2048'],
        certificateTags: { team: 'a' },
        deletionPolicy: 'Delete',
      },
      account: {
        secret: { namespace: 'team', name: 'account', key: 'key.pem' },
        contact: ['mailto:pki@example.com'],
        binding: { kind: 'role', roleArn: roleARN, expiresAfterMinutes: 90 },
      },
      domains: [
        {
          scope: { exact: false, subdomains: true, wildcards: true },
          record: { kind: 'route53', hostedZoneId: 'Z1A', identity: zoneIdentity },
        },
        { deletionPolicy: 'Delete', record: { kind: 'acm', hostedZoneId: 'Z2' } },
        { record: { kind: 'route53', hostedZoneId: undefined } },
      ],
    },
  });
});

test('a binding that is there, and CAs to trust', () => {
  const caPem = certificatesPem(mintAuthority('ca').der);
  const caBundle = Buffer.from(`# a comment\n${caPem}${caPem}`).toString('base64');
  const externalAccountBinding = { keyID: 'kid', keySecretRef: { name: 'mac' } };
  expect(plan({ endpoint: { directoryURL, caBundle }, externalAccountBinding })).toMatchObject({
    plan: {
      endpoint: { caPem: `${caPem.trim()}\n${caPem.trim()}\n` },
      account: { binding: { kind: 'key', keyId: 'kid', secret: { namespace: 'team', name: 'mac', key: 'secret' } } },
    },
  });
});

test('challenges that are delegated', () => {
  const domains = [{ name: 'example.com', dns01: { cnameStrategy: 'Follow', route53: {} } }] as const;
  expect(plan({ endpoint: { directoryURL }, domains })).toMatchObject({ plan: { domains: [{ followsCname: true }] } });
});

test('what is odd about the fields of a domain goes beside its identity, which others may share', () => {
  const note = 'region is ignored.';
  const planZoneIdentity = () => () => ({ ...zoneIdentity, note });
  const domains = [{ name: 'example.com', dns01: { route53: {} } }] as const;
  const object = issuer('i', withIssuerSpec({ arn: undefined, acm: { endpoint: { arn }, domains } }));
  expect(planAcmIssuer(object, { ...options(), planZoneIdentity })).toMatchObject({
    plan: { domains: [{ note, record: { identity: zoneIdentity } }] },
  });
});

test('name servers that are asked', () => {
  const domains = [{ name: 'example.com', dns01: { checkNameServers: true, route53: {} } }] as const;
  expect(plan({ endpoint: { directoryURL }, domains })).toMatchObject({
    plan: { domains: [{ asksNameServers: true }] },
  });
});

test.each([true, false])('FIPS (%j) concerns ACM alone', (useFips) => {
  expect(plan({ endpoint: { arn } }, {}, { useFips }).kind).toBe(useFips ? 'invalid' : 'plan');
  expect(plan({ endpoint: { managed: {} } }, {}, { useFips }).kind).toBe(useFips ? 'invalid' : 'plan');
  expect(plan({ endpoint: { directoryURL } }, {}, { useFips }).kind).toBe('plan');
});

describe('a managed endpoint stays in the region where it was made', () => {
  const made = withIssuerStatus({ acm: { endpoint: { arn } } });
  const leaving = withMetadata({ deletionTimestamp: '2026-01-02T03:04:05Z' });
  const managed = (region?: string) => withIssuerSpec({ ...none, acm: { endpoint: { managed: {} } }, region });
  const there = { plan: { endpoint: { region: 'eu-west-1' }, identity: { region: 'eu-west-1' } } };

  test.each([
    ['whatever region the controller is in', issuer('i', managed(), made), {}],
    ['where the controller has none', issuer('i', managed(), made), { ownRegion: undefined }],
    ['where spec.region says the same', issuer('i', managed('eu-west-1'), made), {}],
    ['and is deleted there, whatever spec.region says', issuer('i', managed('eu-west-3'), made, leaving), {}],
  ])('%s', (_, object, environment) => expect(planAcmIssuer(object, options(environment))).toMatchObject(there));

  test('another spec.region is refused', () =>
    expect(planAcmIssuer(issuer('i', managed('eu-west-3'), made), options())).toEqual({
      kind: 'invalid',
      reason: 'Validation',
      message:
        `spec.region is eu-west-3, but the endpoint of this issuer, ${arn} in status.acm.endpoint.arn, is in eu-west-1, and ` +
        'endpoints do not move. Set spec.region to eu-west-1, or make a new issuer for eu-west-3.',
    }));
});

describe('faults name field, value and remedy', () => {
  const faults: [string, () => unknown, string][] = [
    [
      'an ARN beside it',
      () => plan({ endpoint: { arn } }, { arn: 'arn:x' }),
      'spec.arn "arn:x" and spec.acm exclude each',
    ],
    ['a template', () => plan({ endpoint: { arn } }, { pcaTemplate: {} }), 'spec.pcaTemplate cannot be combined'],
    [
      'a validity and an offset',
      () => plan({ endpoint: { arn } }, { validity: {}, notBeforeOffset: '1m' }),
      'spec.validity and spec.notBeforeOffset cannot be combined',
    ],
    [
      'no endpoint',
      () => plan({ endpoint: {} }),
      'exactly one of arn, directoryURL and managed, and none of them is set',
    ],
    ['two endpoints', () => plan({ endpoint: { arn, managed: {} } }), 'arn and managed are set'],
    ['a CA for ACM', () => plan({ endpoint: { arn, caBundle: 'a' } }), 'caBundle is for directoryURL alone'],
    ['FIPS', () => plan({ endpoint: { arn } }, {}, { useFips: true }), '--use-fips-endpoint'],
    [
      'another ARN',
      () => plan({ endpoint: { arn: 'arn:aws:acm:x' } }),
      '"arn:aws:acm:x" does not name an ACME endpoint',
    ],
    ['another region', () => plan({ endpoint: { arn } }, { region: 'eu-north-1' }), 'spec.region is eu-north-1'],
    [
      'a region without ACME',
      () => plan({ endpoint: { managed: {} } }, { region: 'cn-north-1' }),
      'no ACME endpoints in region cn-north-1',
    ],
    ['no region', () => plan({ endpoint: { managed: {} } }, {}, { ownRegion: undefined }), 'Set spec.region'],
    [
      'a key that ACM does not know',
      () => plan({ endpoint: { managed: { allowedKeyAlgorithms: ['RSA_2048', 'RSA_4096'] } } }),
      'allowedKeyAlgorithms[1] "RSA_4096"',
    ],
    ['a contact that is missing', () => plan({ endpoint: { managed: { contact: 'Required' } } }), 'Set spec.acm.email'],
    ['a directory without TLS', () => plan({ endpoint: { directoryURL: 'http://a' } }), '"http://a" is no https URL'],
    ['a directory with a password', () => plan({ endpoint: { directoryURL: 'https://a:b@c' } }), 'is no https URL'],
    ['a bundle that is none', () => plan({ endpoint: { directoryURL, caBundle: 'YQ==' } }), 'caBundle is not base64'],
    ['no binding', () => plan({ endpoint: { arn }, externalAccountBinding: {} }), 'either roleARN, or keyID'],
    ['half a binding', () => plan({ endpoint: { arn }, externalAccountBinding: { keyID: 'a' } }), 'belong together'],
    [
      'an end of a binding that is there',
      () =>
        plan({
          endpoint: { arn },
          externalAccountBinding: { keyID: 'a', keySecretRef: { name: 'b' }, expiration: '1h' },
        }),
      'expiration is for roleARN alone',
    ],
    [
      'a role elsewhere',
      () => plan({ endpoint: { directoryURL }, externalAccountBinding: { roleARN } }),
      'roleARN is for ACM alone',
    ],
    [
      'no role',
      () => plan({ endpoint: { arn }, externalAccountBinding: { roleARN: 'r' } }),
      '"r" is not the ARN of an IAM',
    ],
    [
      'a role of another partition',
      () => plan({ endpoint: { arn }, externalAccountBinding: { roleARN: 'arn:aws-cn:iam::111122223333:role/r' } }),
      'is in partition aws-cn',
    ],
    [
      'no duration',
      () => plan({ endpoint: { arn }, externalAccountBinding: { roleARN, expiration: '1 day' } }),
      'expiration "1 day" must be a duration',
    ],
    [
      'a short duration',
      () => plan({ endpoint: { arn }, externalAccountBinding: { roleARN, expiration: '59s' } }),
      'expiration "59s" is too short',
    ],
    [
      'a name that is long',
      () => planAcmIssuer(issuer('i'.repeat(245), withIssuerSpec({ ...none, acm: { endpoint: { arn } } })), options()),
      'accountKeySecretRef.name',
    ],
    [
      "a key of the controller's own",
      () => plan({ endpoint: { arn }, accountKeySecretRef: { name: 'account', key: 'account-url' } }),
      'accountKeySecretRef.key account-url is where',
    ],
    [
      'a Secret that nothing can be called',
      () => plan({ endpoint: { arn }, accountKeySecretRef: { name: '../x' } }),
      'spec.acm.accountKeySecretRef.name "../x" can be no name of a Secret',
    ],
    [
      'a Secret of a binding that nothing can be called',
      () => plan({ endpoint: { arn }, externalAccountBinding: { keyID: 'a', keySecretRef: { name: '..' } } }),
      'spec.acm.externalAccountBinding.keySecretRef.name ".." can be no name of a Secret',
    ],
    ['a wildcard', () => plan(withDomain({ name: '*.example.com' })), 'spec.acm.domains[0].name "*.example.com" is no'],
    ['a dot at the end', () => plan(withDomain({ name: 'example.com.' })), '"example.com." is no domain'],
    ['a top level domain', () => plan(withDomain({ name: 'com' })), '"com" is no domain'],
    [
      'a domain twice',
      () => plan({ endpoint: { arn }, domains: [{ name: 'a.example' }, { name: 'a.example' }] }),
      'spec.acm.domains[1].name a.example is there twice',
    ],
    ['a scope of its own', () => plan(withDomain({ scope: ['All' as 'Exact'] })), 'scope[0] "All" is not one of Exact'],
    [
      'no zone',
      () => plan(withDomain({ dns01: { route53: { hostedZoneID: 'zone' } } })),
      '"zone" is not the ID of a hosted',
    ],
    [
      'a zone to look for',
      () => plan(withDomain({ dns01: { route53: { managedByACM: true } } })),
      'Set spec.acm.domains[0]',
    ],
    ['delegation', () => plan(withDomain({ dns01: { cnameStrategy: 'Follow' } })), 'cnameStrategy Follow is for'],
    [
      'challenges to check',
      () => plan(withDomain({ dns01: { checkNameServers: true } })),
      'since ACM asks for no challenges',
    ],
    [
      'name servers of no zone',
      () => plan({ endpoint: { directoryURL }, domains: [{ name: 'a.example', dns01: { checkNameServers: true } }] }),
      'spec.acm.domains[0].dns01.checkNameServers is of the zone that dns01.route53 writes to',
    ],
    [
      "ACM's hand elsewhere",
      () =>
        plan({
          endpoint: { directoryURL },
          domains: [{ name: 'a.example', dns01: { route53: { managedByACM: true, hostedZoneID: 'Z1' } } }],
        }),
      'managedByACM is for ACM alone',
    ],
    ['no credentials', () => plan({ endpoint: { arn } }, { secretRef: {} }), 'empty credentials'],
    [
      'an identity of another partition',
      () => plan({ endpoint: { arn } }, { role: 'arn:aws-cn:iam::111122223333:role/r' }),
      'but the endpoint in spec.acm.endpoint is in aws',
    ],
  ];
  test.each(faults)('%s', (_, planning, message) => {
    expect(planning()).toMatchObject({ kind: 'invalid', message: expect.stringContaining(message) });
  });
});
