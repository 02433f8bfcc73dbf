import { expect, test } from '@jest/globals';
import { clusterIssuer, withIssuerStatus, withMetadata } from '../../../test/support/builders.ts';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { createMemoryLogger } from '../../../test/support/memory-logger.ts';
import type { AcmDomainStatus } from '../../api/acm.ts';
import type { AcmCalls } from '../../aws/acm/acm-calls.ts';
import { AwsError } from '../../aws/errors.ts';
import { Pacer } from '../../aws/pacing.ts';
import type { AcmRun } from './acm-services.ts';
import { cleanUp } from './clean-up.ts';
import { acmFinalizer } from './finalizer.ts';
import type { AtAcmPlan } from './plan-acm-issuer.ts';
import { ResumedReads } from './resumed-reads.ts';

const arn = 'arn:aws:acm:eu-west-1:111122223333:acme-endpoint/1';
const credentials = { kind: 'ambient' } as const;
const identity = { credentials, roles: [], roleSessionName: 's', region: 'eu-west-1' };
const plan: AtAcmPlan = {
  ...{ kind: 'acm', identity, domains: [] },
  account: { secret: { namespace: 'n', name: 's', key: 'k' }, contact: [], binding: undefined },
  endpoint: {
    ...{ kind: 'managed', region: 'eu-west-1', partition: 'aws', contact: 'NOT_REQUIRED', certificateTags: {} },
    ...{ allowedKeyAlgorithms: [], deletionPolicy: 'Delete' },
  },
};
const domain: AcmDomainStatus = {
  ...{ name: 'example.com', arn: `${arn}/acme-domain-validation/1`, hostedZoneID: 'Z1', deletionPolicy: 'Delete' },
  ...{ recordName: '_a.example.com', recordValue: '_b.acm-validations.aws' },
};

test('an endpoint that was deleted behind our back leaves records, which go all the same', async () => {
  const removed: string[] = [];
  const gone = () =>
    Promise.reject(new AwsError('X', 'ResourceNotFoundException', 'authority', 'gone', false, undefined));
  const acm = {
    listTagsForResource: gone,
    listAcmeEndpoints: () => Promise.resolve({ items: [] }),
    listAcmeDomainValidations: gone,
  } as unknown as AcmCalls;
  const getCallerIdentity = () => Promise.resolve({ arn: 'arn:aws:iam::111122223333:role/r', account: '111122223333' });
  const clock = new FakeClock();
  const records = {
    removeCname: (input: { name: string; value: string; zone: { id: string } }) => {
      removed.push(`${input.zone.id} ${input.name} ${input.value}`);
      return Promise.resolve({ kind: 'done', written: true });
    },
  };
  const run = {
    services: {
      ...{ clock, logger: createMemoryLogger(), listIssuers: () => [], cluster: () => Promise.resolve('cluster') },
      aws: { get: () => ({ acm, getCallerIdentity, roles: [], route53: {} }) },
      rates: { read: 0, write: 0, validation: 0 },
      dns: { records, pacer: new Pacer(clock), rate: 0 },
    },
    issuer: clusterIssuer(
      'public',
      withMetadata({ finalizers: [acmFinalizer] }),
      withIssuerStatus({ acm: { endpoint: { arn }, domains: [domain] } }),
    ),
    ...{ issuerKey: 'AWSPCAClusterIssuer/public', using: () => undefined, reads: new ResumedReads(clock) },
  } as unknown as AcmRun;
  expect(await cleanUp(run, { kind: 'plan', plan })).toBeUndefined();
  expect(removed).toEqual(['Z1 _a.example.com _b.acm-validations.aws']);
});
