import { afterAll, expect, jest, test } from '@jest/globals';
import { createCsr, createRequest } from './support/requests.ts';
import { awaitRequest, createTenant, pathOf, readyOf, sharedIssuer, type TestObject } from './support/shared-issuer.ts';
import { eventually } from '../cluster/wait.ts';

const issuer = sharedIssuer();
const { plane, aws } = issuer;
afterAll(() => plane.close());
// A guard against hanging.
jest.setTimeout(300_000);

test('500 requests at once against 25 calls a second: all Ready, none Failed, none billed twice, none throttled', async () => {
  const tenant = await createTenant(issuer, 'load', { authority: { issuingTimeMs: 1000 } });
  const csr = createCsr();
  const names = Array.from({ length: 500 }, (_, index) => `load-${index}`);
  for (let start = 0; start < names.length; start += 50) {
    await Promise.all(names.slice(start, start + 50).map((name) => createRequest(plane, tenant, name, { csr })));
  }
  const list = async (): Promise<TestObject[]> =>
    ((await plane.demand('GET', pathOf('CertificateRequest', tenant.namespace))) as { items: TestObject[] }).items;
  const areDone = async (): Promise<boolean> =>
    (await list()).every((request) => ['Issued', 'Failed'].includes(readyOf(request)?.reason ?? ''));
  await eventually(areDone, { what: 'every request has its last word', timeoutMs: 200_000, everyMs: 1000 });

  const requests = await list();
  expect(new Set(requests.map((request) => readyOf(request)?.reason))).toEqual(new Set(['Issued']));
  expect(new Set(requests.map(({ status }) => status?.certificate)).size).toBe(names.length);
  const billed = (await aws.billed()).filter(
    ({ certificateAuthorityArn }) => certificateAuthorityArn === tenant.authority.arn,
  );
  expect(billed).toHaveLength(names.length);
  const calls = (await aws.calls({ service: 'acm-pca' })).filter(({ identity }) => identity === tenant.identity.arn);
  expect(calls.filter(({ outcome }) => outcome === 'ThrottlingException')).toEqual([]);
});

test('two requests with the very same CSR are two requests', async () => {
  const tenant = await createTenant(issuer, 'twins');
  const csr = createCsr();
  await Promise.all(['one', 'other'].map((name) => createRequest(plane, tenant, name, { csr })));
  const one = await awaitRequest(plane, tenant.namespace, 'one', 'Issued');
  const other = await awaitRequest(plane, tenant.namespace, 'other', 'Issued');
  expect(one.status?.certificate).not.toBe(other.status?.certificate);
});
