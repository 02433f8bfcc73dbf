import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { RunningController } from '../support/controller.ts';
import {
  type AcmBench,
  applyAcmIssuer,
  awaitAcmIssuer,
  eventually,
  isReady,
  issuerRefOf,
  openAcmBench,
  readAcmIssuer,
  requestFor,
} from './support/acm-bench.ts';
import { awaitEvents, createCsr, createRequest, type CsrOptions, type RequestOptions } from './support/requests.ts';
import { awaitReady, awaitRequest, readObject, readyOf } from './support/shared-issuer.ts';

// A guard against hanging.
jest.setTimeout(180_000);

const namespace = 'default';
const orderAnnotation = 'awspca.cert-manager.io/acme-order';

let bench: AcmBench;
let controller: RunningController;
let zoneId: string;

beforeAll(async () => {
  bench = await openAcmBench();
  controller = await bench.start();
  ({ id: zoneId } = await bench.aws.createHostedZone({ name: 'orders.example' }));
  await applyAcmIssuer(bench, 'orders', {
    endpoint: { managed: { contact: 'NotRequired' } },
    externalAccountBinding: { roleARN: bench.issuanceRole },
    domains: [{ name: 'orders.example', scope: ['Exact', 'Subdomains'], dns01: { route53: {} } }],
  });
  await awaitAcmIssuer(bench, 'orders', isReady);
}, 180_000);
afterAll(() => bench.stop());
afterEach(async () => {
  await bench.aws.clearFaults();
  await bench.aws.configure({ acm: { processingTimeMs: 0, retryAfterSeconds: 0 } });
});

const order = (name: string, options: RequestOptions = {}) =>
  requestFor(bench, 'orders', name, [`${name}.orders.example`], options);
const issued = (name: string) => awaitRequest(bench.plane, namespace, name, 'Issued');

const finalizations = async (url: string): Promise<string[]> =>
  (await bench.aws.calls({ service: 'acme', operation: 'FinalizeOrder' }))
    .filter(({ parameters }) => parameters['order'] === url)
    .map(({ outcome }) => outcome);

const certificatesFor = async (name: string) =>
  (await bench.aws.publicCertificates()).filter(({ names }) => names.includes(`${name}.orders.example`));

test('ten requests are all issued, each for one certificate of the order that stands on it', async () => {
  const names = Array.from({ length: 10 }, (_, index) => `many-${index}`);
  for (const name of names) await order(name);
  for (const name of names) {
    const { metadata, status } = await issued(name);
    expect((await certificatesFor(name)).map(({ orderUrl }) => orderUrl)).toEqual([
      metadata.annotations?.[orderAnnotation],
    ]);
    expect(status?.ca).toBeUndefined();
  }
  const refused = (await bench.aws.calls({ service: 'acme' })).filter(({ outcome }) => outcome === 'rateLimited');
  expect(refused).toEqual([]);
});

test('a lifetime that is not ACM’s is told in one event, and issued all the same', async () => {
  await order('duration', { duration: '2160h' });
  await issued('duration');
  const events = await eventually(
    async () => {
      const told = await awaitEvents(bench.plane, namespace, 'duration');
      return told.some((note) => note.startsWith('DurationIgnored')) && told;
    },
    { what: 'the event' },
  );
  expect(events.filter((note) => note.startsWith('DurationIgnored'))).toEqual([
    expect.stringMatching(/^DurationIgnored: spec\.duration asks for 90 days; ACM alone decides .*: 45 days, until /),
  ]);
});

describe('refused before anything is called, by name', () => {
  const csr = (name: string, options: CsrOptions = {}) => ({
    csr: createCsr({ subject: '/', extensions: [`subjectAltName=DNS:${name}.orders.example`], ...options }),
  });
  test.each<[string, (name: string) => RequestOptions, RegExp]>([
    ['key', (name) => csr(name, { key: 'RSA 3072' }), /^The key of the CSR is RSA_3072; ACM issues for RSA_2048/],
    ['ca', (name) => ({ ...csr(name), isCA: true }), /^spec\.isCA: a CA is never issued by ACME/],
    [
      'address',
      (name) => csr(name, { extensions: ['subjectAltName=IP:192.0.2.1'] }),
      /the IP address 192\.0\.2\.1; only DNS names/,
    ],
    [
      'wildcard',
      (name) => csr(name, { extensions: [`subjectAltName=DNS:*.${name}.orders.example`] }),
      /takes the scope Wildcards of orders\.example, which has Exact, Subdomains/,
    ],
    [
      'stranger',
      (name) => csr(name, { extensions: ['subjectAltName=DNS:x.test'] }),
      /^The issuer does not cover .*x\.test is of no domain of the issuer/,
    ],
    [
      'usage',
      (name) => ({ ...csr(name), usages: ['code signing'] }),
      /^No public certificate has the usage code signing/,
    ],
  ])('%s', async (what, options, message) => {
    const name = `refused-${what}`;
    const before = (await bench.aws.calls({ service: 'acme', operation: 'NewOrder' })).length;
    await createRequest(bench.plane, { namespace, issuerRef: issuerRefOf('orders') }, name, options(name));
    const failed = await awaitRequest(bench.plane, namespace, name, 'Failed');
    expect(readyOf(failed)?.message).toMatch(message);
    expect(failed.status?.failureTime).toBeDefined();
    expect(await bench.aws.calls({ service: 'acme', operation: 'NewOrder' })).toHaveLength(before);
  });
});

describe('kill -9', () => {
  const restart = async (): Promise<void> => {
    controller.process.signal('SIGKILL');
    await controller.process.exited;
    controller = await bench.start();
  };

  const orderUrlOf = async (name: string): Promise<string> =>
    eventually(
      async () => {
        const request = await readObject(bench.plane, 'CertificateRequest', namespace, name);
        return request?.metadata.annotations?.[orderAnnotation] ?? false;
      },
      { what: 'the order on the request' },
    );

  test('while ACM works: the next process fetches the same certificate', async () => {
    await bench.aws.configure({ acm: { processingTimeMs: 4_000, retryAfterSeconds: 1 } });
    await order('killed');
    const url = await orderUrlOf('killed');
    await eventually(async () => (await finalizations(url)).length > 0, { what: 'the finalization' });
    await restart();
    const { metadata } = await issued('killed');
    expect(metadata.annotations?.[orderAnnotation]).toBe(url);
    expect(await finalizations(url)).toEqual(['ok']);
    expect(await certificatesFor('killed')).toHaveLength(1);
  });

  test('while the answer to the finalization is on its way: it is not finalised again', async () => {
    await bench.aws.failNext({ service: 'acme', operation: 'FinalizeOrder', kind: 'silence', after: true });
    await order('silent');
    const url = await orderUrlOf('silent');
    await eventually(async () => (await finalizations(url)).length > 0, { what: 'the finalization' });
    await restart();
    await issued('silent');
    expect(await certificatesFor('silent')).toHaveLength(1);
    expect(await finalizations(url)).toHaveLength(1);
  });
});

test('the CNAME is taken away: the order dies with its reason, the record comes back, and another order succeeds', async () => {
  const issuer = await readAcmIssuer(bench, 'orders');
  const name = issuer?.status?.acm?.domains?.[0]?.recordName ?? '';
  await bench.aws.removeRecord({ zoneId, name, type: 'CNAME' });
  await order('cname');
  const waiting = await awaitReady(
    ...([
      bench.plane,
      'CertificateRequest',
      namespace,
      'cname',
      ({ message }: { message: string }) => message.includes(' dns: '),
    ] as const),
  );
  expect(readyOf(waiting)).toMatchObject({ reason: 'Pending', message: expect.stringContaining('The issuer writes') });
  const first = waiting.metadata.annotations?.[orderAnnotation];
  const { metadata } = await awaitReady(
    bench.plane,
    'CertificateRequest',
    namespace,
    'cname',
    ({ reason }) => reason === 'Issued',
    120_000,
  );
  expect(metadata.annotations?.[orderAnnotation]).not.toBe(first);
  expect(await certificatesFor('cname')).toHaveLength(1);
});
