import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import {
  type AcmBench,
  applyAcmIssuer,
  awaitAcmIssuer,
  cnamesOf,
  creations,
  eventually,
  isReady,
  openAcmBench,
  readAcmIssuer,
  reasonOf,
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

test('kill -9 at every call, as it arrives and with its answer lost: everything is found again, nothing is made twice', async () => {
  const issuer = await begin();
  await apply(issuer.name, issuer.domain);
  for (const operation of operations) {
    for (const fault of [{ kind: 'delay', delayMs: 1500 } as const, { kind: 'silence', after: true } as const]) {
      const before = (await bench.aws.calls({ operation })).length;
      await bench.aws.failNext({ operation, ...fault });
      const controller = await bench.start();
      const isCalled = async () => (await bench.aws.calls({ operation })).length > before;
      const isOver = async () => (await reasonOf(bench, issuer.name)) === 'Issued';
      // What was carried out need not be called again.
      const isTime = async () => (await isCalled()) || (isLate(operation) ? await isOver() : await isPast(issuer.name));
      await eventually(isTime, { what: `${operation} is called`, everyMs: 10 });
      controller.process.signal('SIGKILL');
      await controller.process.exited;
      await bench.aws.clearFaults();
    }
  }
  const last = await bench.start();
  await expectOneOfEach(issuer);
  await remove(issuer.name);
  await last.process.stop();
}, 400_000);

const isLate = (operation: string): boolean => ['NewOrder', 'FinalizeOrder', 'GetCertificate'].includes(operation);

/** The issuer is Ready: whatever comes before that is done. */
async function isPast(name: string): Promise<boolean> {
  return (await readAcmIssuer(bench, name))?.status?.conditions?.[0]?.status === 'True';
}
