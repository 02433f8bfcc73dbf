import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  type AcmBench,
  applyAcmIssuer,
  awaitAcmIssuer,
  cnamesOf,
  creations,
  eventually,
  isReady,
  openAcmBench,
  requestFor,
} from './support/acm-bench.ts';
import { awaitRequest, pathOf } from './support/shared-issuer.ts';

// A guard against hanging.
jest.setTimeout(180_000);

let bench: AcmBench;
beforeAll(async () => {
  bench = await openAcmBench();
}, 180_000);
afterAll(() => bench.stop());

/** Every call of an issuer on its way to its first certificate, as one run of it was recorded. */
const operations = [
  'ListAcmeEndpoints',
  'CreateAcmeEndpoint',
  'DescribeAcmeEndpoint',
  'ListAcmeDomainValidations',
  'CreateAcmeDomainValidation',
  'DescribeAcmeDomainValidation',
  'ListHostedZonesByName',
  'ListResourceRecordSets',
  'ChangeResourceRecordSets',
  'GetDirectory',
  'NewNonce',
  'ListAcmeExternalAccountBindings',
  'CreateAcmeExternalAccountBinding',
  'GetAcmeExternalAccountBindingCredentials',
  'NewAccount',
  'DescribeAcmeAccount',
  'NewOrder',
  'FinalizeOrder',
  'GetCertificate',
];

let count = 0;

/** A new issuer with a zone of its own asks for what a first certificate takes. */
async function begin(): Promise<{ readonly name: string; readonly domain: string; readonly zoneId: string }> {
  const name = `crash-${count++}`;
  const domain = `${name}.example`;
  const { id: zoneId } = await bench.aws.createHostedZone({ name: domain });
  await bench.aws.reset();
  await requestFor(bench, name, name, [domain]);
  return { name, domain, zoneId };
}

const apply = (name: string, domain: string) =>
  applyAcmIssuer(bench, name, {
    endpoint: { managed: { deletionPolicy: 'Delete' } },
    externalAccountBinding: { roleARN: bench.issuanceRole },
    domains: [{ name: domain, dns01: { route53: {} } }],
  });

async function expectOneOfEach({ name, zoneId }: { readonly name: string; readonly zoneId: string }): Promise<void> {
  await awaitAcmIssuer(bench, name, isReady);
  await awaitRequest(bench.plane, 'default', name, 'Issued');
  expect(await creations(bench)).toEqual({
    CreateAcmeEndpoint: 1,
    CreateAcmeDomainValidation: 1,
    CreateAcmeExternalAccountBinding: 1,
  });
  expect(await cnamesOf(bench, zoneId)).toHaveLength(1);
  const accounts = new Set((await bench.aws.publicCertificates()).map(({ accountUrl }) => accountUrl));
  expect(await bench.aws.publicCertificates()).toHaveLength(1);
  expect(accounts.size).toBe(1);
}

/** It and what belongs to it at AWS: the next one begins with nothing. */
async function remove(name: string): Promise<void> {
  const path = pathOf('AWSPCAClusterIssuer', '', name);
  await bench.plane.demand('DELETE', path);
  await eventually(async () => (await bench.plane.request('GET', path)).status === 404, { what: `${name} is gone` });
}

test('the calls are those of one run', async () => {
  const controller = await bench.start();
  const issuer = await begin();
  await apply(issuer.name, issuer.domain);
  await expectOneOfEach(issuer);
  const called = new Set((await bench.aws.calls()).map(({ operation }) => operation));
  expect(operations.filter((operation) => !called.has(operation))).toEqual([]);
  await remove(issuer.name);
  await controller.process.stop();
});

describe('kill -9 at any call, then a restart: everything is found again, nothing is made twice', () => {
  afterEach(() => bench.aws.clearFaults());

  const moments = operations.flatMap((operation) => [
    [operation, 'arrives', { operation, kind: 'delay', delayMs: 1500 }] as const,
    [operation, 'was carried out, its answer lost', { operation, kind: 'silence', after: true }] as const,
  ]);
  test.each(moments)('as %s %s', async (operation, _, fault) => {
    const first = await bench.start();
    const issuer = await begin();
    await bench.aws.failNext(fault);
    await apply(issuer.name, issuer.domain);
    const isCalled = async (): Promise<boolean> => (await bench.aws.calls({ operation })).length > 0;
    await eventually(isCalled, { what: `${operation} is called`, everyMs: 5 });
    first.process.signal('SIGKILL');
    await first.process.exited;
    await bench.aws.clearFaults();
    const second = await bench.start();
    await expectOneOfEach(issuer);
    await remove(issuer.name);
    await second.process.stop();
  });
});
