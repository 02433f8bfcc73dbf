import { describe, expect, test } from '@jest/globals';
import type { AcmeEndpoint } from '../../aws/acm/acm-calls.ts';
import { decideUpdate, directoryOf, findEndpointProblem, subjectOfEndpoint } from './decide-endpoint.ts';
import type { ManagedEndpointPlan, NamedEndpointPlan } from './plan-endpoint.ts';

const arn = 'arn:aws:acm:eu-west-1:111122223333:acme-endpoint/1';
const named: NamedEndpointPlan = { kind: 'named', arn, region: 'eu-west-1', partition: 'aws' };
const managed = (change: Partial<ManagedEndpointPlan> = {}): ManagedEndpointPlan => ({
  ...{ kind: 'managed', region: 'eu-west-1', partition: 'aws', contact: 'NOT_REQUIRED', allowedKeyAlgorithms: [] },
  ...{ certificateTags: {}, deletionPolicy: 'Retain' },
  ...change,
});
const endpoint = (change: Partial<AcmeEndpoint> = {}): AcmeEndpoint => ({
  ...{ arn, url: 'https://e/x/directory', status: 'ACTIVE', contact: 'NOT_REQUIRED' },
  ...{ allowedKeyAlgorithms: [], certificateTags: {} },
  ...change,
});

describe('a managed endpoint is changed', () => {
  test.each([
    ['not at all', managed(), endpoint(), undefined],
    [
      'not for the order of keys',
      managed({ allowedKeyAlgorithms: ['a', 'b'] }),
      endpoint({ allowedKeyAlgorithms: ['b', 'a'] }),
      undefined,
    ],
    [
      'not when ACM tells its default as a list',
      managed(),
      endpoint({ allowedKeyAlgorithms: ['RSA_2048', 'EC_secp384r1', 'EC_prime256v1'] }),
      undefined,
    ],
    [
      'not when ACM tells all of them as none',
      managed({ allowedKeyAlgorithms: ['EC_prime256v1', 'EC_secp384r1', 'RSA_2048'] }),
      endpoint(),
      undefined,
    ],
    ['for the contact', managed({ contact: 'REQUIRED' }), endpoint(), { arn, contact: 'REQUIRED' }],
    [
      'for keys that are too many',
      managed({ allowedKeyAlgorithms: ['a'] }),
      endpoint({ allowedKeyAlgorithms: ['b', 'a'] }),
      { arn, allowedKeyAlgorithms: ['a'] },
    ],
    [
      'for both',
      managed(),
      endpoint({ contact: 'REQUIRED', allowedKeyAlgorithms: ['a'] }),
      { arn, contact: 'NOT_REQUIRED', allowedKeyAlgorithms: ['RSA_2048', 'EC_prime256v1', 'EC_secp384r1'] },
    ],
  ])('%s', (_, plan, there, update) => expect(decideUpdate(plan, there)).toEqual(update));
});

describe('an endpoint that does not issue', () => {
  test.each([
    ['is being created', named, endpoint({ status: 'CREATING' }), 'onItsWay', 'EndpointCreating', 'creates'],
    ['has no URL yet', named, endpointWithoutUrl(), 'onItsWay', 'EndpointCreating', 'does not tell the URL'],
    [
      'failed',
      named,
      endpoint({ status: 'FAILED', failureReason: 'No.' }),
      'notReady',
      'EndpointFailed',
      `could not create the endpoint ${arn} (No.). Name another one`,
    ],
    [
      'failed, and is ours',
      managed(),
      endpoint({ status: 'FAILED' }),
      'notReady',
      'EndpointFailed',
      'Delete it at ACM',
    ],
    ['is being deleted', named, endpoint({ status: 'DELETING' }), 'notReady', 'EndpointDeleted', 'Name another one'],
    [
      'is being deleted, and is ours',
      managed(),
      endpoint({ status: 'DELETING' }),
      'onItsWay',
      'EndpointCreating',
      'Another',
    ],
    ['is something new', named, endpoint({ status: 'PAUSED' }), 'notReady', 'EndpointNotActive', 'is PAUSED'],
    ['asks for a contact', named, endpoint({ contact: 'REQUIRED' }), 'notReady', 'ContactRequired', 'spec.acm.email'],
  ] as const)('%s', (_, plan, there, kind, reason, words) => {
    const message = expect.stringContaining(words) as unknown as string;
    expect(findEndpointProblem(plan, there, false)).toEqual({ kind, reason, message });
  });

  test('is one only then', () => {
    expect(findEndpointProblem(named, endpoint(), false)).toBeUndefined();
    expect(findEndpointProblem(named, endpoint({ contact: 'REQUIRED' }), true)).toBeUndefined();
  });
});

function endpointWithoutUrl(): AcmeEndpoint {
  const there: { -readonly [K in keyof AcmeEndpoint]: AcmeEndpoint[K] } = endpoint();
  delete there.url;
  return there;
}

test.each(['https://h/uuid', 'https://h/uuid/', 'https://h/uuid/directory'])('the directory of %s', (url) => {
  expect(directoryOf(url)).toBe('https://h/uuid/directory');
});

test('its short name', () => expect(subjectOfEndpoint(arn)).toBe('acme-endpoint/1'));
