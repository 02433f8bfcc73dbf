import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { SpecifiedRequest } from '../../src/api/certificate-request.ts';
import { orderUrlAnnotation } from '../../src/controllers/certificate-requests/issuance-record.ts';
import { apiError } from '../support/fake-kube-api.ts';
import { openOrderBench, type AcmOrders, type Outside } from './order-bench.ts';

const minute = 60_000;
const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

let orders: AcmOrders;
beforeEach(async () => {
  orders = await openOrderBench({ acm: { processingTimeMs: 20_000, retryAfterSeconds: 5 } });
});
afterEach(() => orders.stop());

/** The process dies at its `n`th exchange with the server: before it is sent, or after it was carried out. */
function dieAt(n: number, isSent: boolean): { readonly outside: Outside; readonly died: Promise<'died'> } {
  const { promise: died, resolve } = Promise.withResolvers<'died'>();
  let exchanges = 0;
  const outside: Outside = async (send) => {
    exchanges += 1;
    if (exchanges < n) return send();
    if (exchanges === n && isSent) await send();
    resolve('died');
    return never();
  };
  return { outside, died };
}

const firstOf = ([request]: readonly SpecifiedRequest[]): SpecifiedRequest => {
  if (!request) throw new Error('there is no request');
  return request;
};

/** One certificate for the request, of the order that stands on it; finalised once. */
async function expectOne(request: SpecifiedRequest): Promise<void> {
  expect(orders.bench.ready(request)).toBe('True Issued: certificate issued');
  const certificates = await orders.aws.publicCertificates();
  const url = orders.bench.api.current(request).metadata.annotations?.[orderUrlAnnotation];
  expect(certificates.map(({ orderUrl }) => orderUrl)).toEqual([url]);
  expect(await orders.finalizedAt()).toHaveLength(1);
  expect(orders.bench.events.told.filter((told) => told.includes('Failed'))).toEqual([]);
}

/** How many exchanges one request takes when nothing goes wrong: directory, nonces, order, looks, certificate. */
const exchangesOfOne = 10;

describe.each([
  ['before', false],
  ['after', true],
] as const)('a process that dies %s its exchange with the server', (_, isSent) => {
  test.each(Array.from({ length: exchangesOfOne }, (__, index) => index + 1))('number %d', async (n) => {
    const request = firstOf(orders.create(1));
    const { outside, died } = dieAt(n, isSent);
    orders.outside = outside;
    const end = await Promise.race([died, orders.drain(5 * minute)]);
    orders.restart();
    await orders.drain(10 * minute);
    await expectOne(request);
    // Else this test would not show anything: the last numbers are beyond what is needed.
    if (n <= 6) expect(end).toBe('died');
  });
});

describe.each([
  ['before', false],
  ['after', true],
] as const)('a process that dies %s its write to the API server', (_, carriedOut) => {
  test.each([1, 2, 3])('number %d', async (n) => {
    const request = firstOf(orders.create(1));
    const passes = Array.from({ length: n - 1 }, () => undefined);
    orders.bench.api.failNext(...passes, { error: apiError(500, 'InternalError'), carriedOut });
    await expect(orders.drain(5 * minute)).rejects.toMatchObject({ code: 500 });
    orders.restart();
    await orders.drain(10 * minute);
    await expectOne(request);
  });
});

test('processes that die again and again, each a little later, buy one certificate', async () => {
  const request = firstOf(orders.create(1));
  for (let n = 1; n <= exchangesOfOne; n++) {
    const { outside, died } = dieAt(n, n % 2 === 0);
    orders.outside = outside;
    await Promise.race([died, orders.drain(minute)]);
    orders.restart();
  }
  await orders.drain(10 * minute);
  await expectOne(request);
});

test('without the lease nobody finalises, and who has it next does', async () => {
  const request = firstOf(orders.create(1));
  let asked = 0;
  orders.bench.holdsLease = () => ++asked <= 2;
  await orders.drain(10_000);
  expect(await orders.finalizedAt()).toEqual([]);
  orders.bench.holdsLease = () => true;
  orders.restart();
  await orders.drain(10 * minute);
  await expectOne(request);
});
