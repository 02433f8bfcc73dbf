import { afterAll, expect, jest, test } from '@jest/globals';
import { createCsr, createRequest } from './support/requests.ts';
import {
  applyIssuer,
  awaitRequest,
  createAccount,
  createTenant,
  pathOf,
  readyOf,
  sharedIssuer,
  type Tenant,
  type TestObject,
} from './support/shared-issuer.ts';
import { eventually } from '../cluster/wait.ts';

const issuer = sharedIssuer();
const { plane, aws } = issuer;
afterAll(() => plane.close());
// A guard against hanging.
jest.setTimeout(600_000);

async function createRequests(tenant: Tenant, count: number): Promise<void> {
  const csr = createCsr();
  const names = Array.from({ length: count }, (_, index) => `load-${index}`);
  for (let start = 0; start < count; start += 50) {
    await Promise.all(names.slice(start, start + 50).map((name) => createRequest(plane, tenant, name, { csr })));
  }
}

const list = async ({ namespace }: Tenant): Promise<TestObject[]> =>
  ((await plane.demand('GET', pathOf('CertificateRequest', namespace))) as { items: TestObject[] }).items;

/** Waits until each request of the tenant has its last word: all are issued, each with a certificate of its own, billed once. */
async function expectAllIssued(tenant: Tenant, count: number): Promise<void> {
  const areDone = async (): Promise<boolean> =>
    (await list(tenant)).every((request) => ['Issued', 'Failed'].includes(readyOf(request)?.reason ?? ''));
  await eventually(areDone, { what: 'every request has its last word', timeoutMs: 280_000, everyMs: 1000 });
  const requests = await list(tenant);
  expect(new Set(requests.map((request) => readyOf(request)?.reason))).toEqual(new Set(['Issued']));
  expect(new Set(requests.map(({ status }) => status?.certificate)).size).toBe(count);
  const billed = await aws.billed();
  expect(billed.filter((bill) => bill.certificateAuthorityArn === tenant.authority.arn)).toHaveLength(count);
}

const callsOf = async ({ identity }: Tenant) =>
  (await aws.calls({ service: 'acm-pca' })).filter((call) => call.identity === identity.arn);

/** However slowly this machine carries calls to the stand-in, and however they bunch on the way. */
async function expectNoThrottle(tenant: Tenant): Promise<void> {
  expect((await callsOf(tenant)).filter(({ outcome }) => outcome === 'ThrottlingException')).toEqual([]);
}

test('500 requests at once against 25 calls a second: all Ready, none Failed, none billed twice, none throttled', async () => {
  const tenant = await createTenant(issuer, 'load', { authority: { issuingTimeMs: 1000 } });
  await createRequests(tenant, 500);
  await expectAllIssued(tenant, 500);
  await expectNoThrottle(tenant);
});

// That they share evenly is for fairness.test.ts: here the machine may be what they wait for, and not the quota.
test('two issuers of one account with 150 requests each: all Ready, none billed twice, none throttled', async () => {
  const account = createAccount();
  const options = { account, authority: { issuingTimeMs: 1000 }, createIssuer: false };
  const one = await createTenant(issuer, 'fair-one', options);
  const other = await createTenant(issuer, 'fair-other', options);
  const tenants = [one, other];
  for (const tenant of tenants) await createRequests(tenant, 150);
  // Only now can any of them be signed: all wait at the same moment.
  await Promise.all(tenants.map((tenant) => applyIssuer(plane, tenant)));
  for (const tenant of tenants) await expectAllIssued(tenant, 150);
  for (const tenant of tenants) await expectNoThrottle(tenant);
});

test('two requests with the very same CSR are two requests', async () => {
  const tenant = await createTenant(issuer, 'twins');
  const csr = createCsr();
  await Promise.all(['one', 'other'].map((name) => createRequest(plane, tenant, name, { csr })));
  const one = await awaitRequest(plane, tenant.namespace, 'one', 'Issued');
  const other = await awaitRequest(plane, tenant.namespace, 'other', 'Issued');
  expect(one.status?.certificate).not.toBe(other.status?.certificate);
});
