import { afterEach, describe, expect, test } from '@jest/globals';
import { orderUrlAnnotation } from '../../src/controllers/certificate-requests/issuance-record.ts';
import { parseCertificates } from '../../src/x509/certificate.ts';
import type { Settings } from '../aws/model.ts';
import { openOrderBench, type AcmOrders } from './order-bench.ts';

const minute = 60_000;

let orders: AcmOrders;
afterEach(() => orders.stop());

const open = async (settings: Settings = {}): Promise<AcmOrders> => (orders = await openOrderBench(settings));
const [issued, waiting] = ['True Issued', 'False Pending'];

describe('one request', () => {
  test('gets its certificate, with the chain as served and no root', async () => {
    const { bench, create, drain } = bound(await open({ acm: { processingTimeMs: 30_000, retryAfterSeconds: 5 } }));
    const created = create(1);
    await drain(5 * minute);
    const { certificate = '', ca } = bench.status(first(created)) ?? {};
    const chain = parseCertificates(Buffer.from(certificate, 'base64').toString());
    const [{ intermediatePem } = { intermediatePem: '' }] = (await orders.aws.publicAuthorities()).filter(
      ({ keyFamily }) => keyFamily === 'ECDSA',
    );
    expect(chain.map(({ names }) => names.dns)).toEqual([['host-0.example.com'], []]);
    expect(chain[1]?.der).toEqual(parseCertificates(intermediatePem)[0]?.der);
    expect(ca).toBeUndefined();
    expect(bench.writes).toEqual(['merge annotations', 'replace status', 'replace status']);
    expect(bench.events.told.map((told) => told.split(':')[0])).toEqual(['Normal Pending', 'Normal Issued']);
    const [bought] = await orders.aws.publicCertificates();
    expect(bench.api.current(first(created)).metadata.annotations?.[orderUrlAnnotation]).toBe(bought?.orderUrl);
  });

  test('takes three calls of the protocol where ACM is fast', async () => {
    const { create, drain } = bound(await open());
    create(1);
    await drain(minute);
    const calls = await orders.aws.calls({ service: 'acme' });
    expect(calls.map(({ operation }) => operation).filter((name) => name !== 'NewNonce')).toEqual([
      ...['GetDirectory', 'NewOrder', 'FinalizeOrder', 'GetOrder', 'GetCertificate'],
    ]);
  });
});

describe('the pace', () => {
  test('120 requests of two issuers are finalised one a second, none fails, and no call is refused', async () => {
    const { create, drain } = bound(await open({ acm: { processingTimeMs: 30_000, retryAfterSeconds: 5 } }));
    orders.addIssuer('second');
    create(100, 'many');
    create(20, 'few', 'second');
    await drain(10 * minute);
    expect(orders.reasons).toEqual(new Set([issued]));
    const finalized = await orders.finalizedAt();
    expect(finalized).toHaveLength(120);
    const tookMs = Math.max(...finalized) - Math.min(...finalized);
    expect(120 / (tookMs / 1000)).toBeGreaterThanOrEqual(0.95);
    expect(await refusals()).toEqual([]);
    // By turns: the few are through when the many have had as many turns.
    const certificates = await orders.aws.publicCertificates();
    const lastOfFew = certificates.findLastIndex(({ names }) => names[0]?.startsWith('few'));
    expect(lastOfFew).toBeLessThan(45);
  });

  test('beside somebody else who uses the quota nobody fails, and all get through', async () => {
    const { create, drain, bench } = bound(await open());
    create(30);
    await orders.aws.configure({ quotas: { FinalizeOrder: 0.25 } });
    await drain(5 * minute);
    expect(orders.reasons).not.toContain('False Failed');
    await orders.aws.configure({ quotas: { FinalizeOrder: 1 } });
    await drain(10 * minute);
    expect(orders.reasons).toEqual(new Set([issued]));
    expect(bench.events.told.filter((told) => told.includes('Failed'))).toEqual([]);
    expect(await orders.finalizedAt()).toHaveLength(30);
  });

  test('a storm of refusals of every call is waited out', async () => {
    const { create, drain, bench } = bound(await open());
    create(10);
    await orders.aws.failNext({
      service: 'acme',
      operation: '*',
      code: 'rateLimited',
      status: 429,
      count: 200,
      headers: { 'retry-after': '2' },
    });
    await drain(2 * minute);
    expect(orders.reasons).not.toContain('False Failed');
    await orders.aws.clearFaults();
    await drain(10 * minute);
    expect(orders.reasons).toEqual(new Set([issued]));
    expect(bench.faults).toEqual([]);
    expect(await orders.aws.publicCertificates()).toHaveLength(10);
  });
});

describe('what goes wrong at ACM', () => {
  test('the CNAME is gone: the issuer is told, the order replaced, and it recovers once the record is back', async () => {
    const { create, drain, bench } = bound(await open());
    const created = create(1);
    const { name, value } = orders.service.record;
    await orders.aws.setPublicRecord({ name });
    await drain(20_000);
    expect(bench.ready(first(created))).toMatch(
      /^False Pending: ACM gave up on the order with dns: .*CNAME record.* is missing\. The issuer writes/,
    );
    expect(bench.faults).toEqual([['AWSPCAIssuer/team/issuer', false]]);
    await drain(2 * minute);
    expect(orders.reasons).toEqual(new Set([waiting]));
    await orders.aws.setPublicRecord({ name, cname: value });
    await drain(5 * minute);
    expect(orders.reasons).toEqual(new Set([issued]));
    expect(await orders.aws.publicCertificates()).toHaveLength(1);
  });

  test('the role is denied: one call a minute for all, clear words, recovery by itself', async () => {
    const { create, drain, bench } = bound(await open());
    const created = create(20);
    await orders.aws.deny({ principal: orders.service.roleArn, actions: ['acm:RequestCertificate'] });
    await drain(5 * minute);
    expect(orders.reasons).toEqual(new Set([waiting]));
    expect(bench.ready(first(created))).toMatch(
      /ACM refuses finalize for example\.com with unauthorized: .*Let the role of the account's external account binding/,
    );
    expect((await orders.finalizedAt('unauthorized')).length).toBeLessThanOrEqual(7);
    expect(bench.faults).toEqual([]);
    await orders.aws.clearDenials();
    await drain(5 * minute);
    expect(orders.reasons).toEqual(new Set([issued]));
  });

  test('the account is revoked: the issuer is at fault, and no request fails', async () => {
    const { create, drain, bench } = bound(await open());
    const created = create(2);
    await orders.aws.revokeAcmeAccount({ accountUrl: orders.service.accountUrl });
    await drain(minute);
    expect(bench.faults).toContainEqual(['AWSPCAIssuer/team/issuer', false]);
    expect(bench.ready(first(created))).toMatch(/^False Pending: The ACME account of the issuer /);
    expect(await orders.aws.publicCertificates()).toEqual([]);
  });

  test('the account is revoked while an order is open: as before, and the order is not given up', async () => {
    const { create, drain, bench } = bound(await open({ acm: { processingTimeMs: 60_000 } }));
    create(1);
    await drain(10_000);
    await orders.aws.revokeAcmeAccount({ accountUrl: orders.service.accountUrl });
    await drain(minute);
    expect(bench.faults).toContainEqual(['AWSPCAIssuer/team/issuer', false]);
    expect(orders.reasons).toEqual(new Set([waiting]));
  });

  test('a name that no validation covers, though the issuer says so: the issuer is told, the request waits', async () => {
    const { create, drain, bench } = bound(await open());
    const created = create(1);
    const refusal = { service: 'acme', operation: 'NewOrder', code: 'rejectedIdentifier', status: 400 } as const;
    await orders.aws.failNext({ ...refusal, count: 8 });
    await drain(minute);
    expect(bench.ready(first(created))).toMatch(
      /^False Pending: ACM answered newOrder with rejectedIdentifier: .*spec\.acm\.domains/,
    );
    expect(bench.faults).toContainEqual(['AWSPCAIssuer/team/issuer', false]);
    await drain(3 * minute);
    expect(orders.reasons).toEqual(new Set([issued]));
  });

  test.each([
    ['caa', 'attempt'],
    ['serverInternal', 'attempt'],
    ['unauthorized', 'attempt'],
    ['badCSR', 'Failed'],
  ])('an order that ends with %s: %s', async (type, consequence) => {
    const { create, drain } = bound(await open());
    create(1);
    await orders.aws.failNextOrder({ type });
    await drain(5 * minute);
    expect(orders.reasons).toEqual(new Set([consequence === 'Failed' ? 'False Failed' : issued]));
    expect(await orders.aws.publicCertificates()).toHaveLength(consequence === 'Failed' ? 0 : 1);
  });

  test.each(['reset', 'cut', 'raw', 'error'] as const)(
    'calls that end in %s cost no certificate and no request',
    async (kind) => {
      const { create, drain } = bound(await open());
      create(3);
      for (const operation of ['GetDirectory', 'NewOrder', 'FinalizeOrder', 'GetOrder', 'GetCertificate'])
        for (const after of kind === 'raw' ? [false] : [false, true])
          await orders.aws.failNext({
            service: 'acme',
            operation,
            kind,
            after,
            ...(kind === 'error' ? { code: 'serverInternal', status: 500 } : {}),
          });
      await drain(10 * minute);
      expect(orders.reasons).toEqual(new Set([issued]));
      expect(await orders.aws.publicCertificates()).toHaveLength(3);
    },
  );

  test('nonces are refused now and then: nobody sees it', async () => {
    const { create, drain } = bound(await open({ acm: { badNonceShare: 0.2 } }));
    create(5);
    await drain(5 * minute);
    expect(orders.reasons).toEqual(new Set([issued]));
  });
});

function first<T>([one]: readonly T[]): T {
  if (one === undefined) throw new Error('there is none');
  return one;
}

const refusals = async (): Promise<string[]> =>
  (await orders.aws.calls({ service: 'acme' }))
    .filter(({ outcome }) => outcome !== 'ok')
    .map(({ operation, outcome }) => `${operation} ${outcome}`);

const bound = (of: AcmOrders) => ({
  bench: of.bench,
  create: of.create.bind(of),
  drain: of.drain.bind(of),
});
