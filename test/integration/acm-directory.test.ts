import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type Pebble, startPebble } from '../acme/pebble.ts';
import type { RunningController } from '../support/controller.ts';
import {
  type AcmBench,
  applyAcmIssuer,
  awaitAcmIssuer,
  eventually,
  isReady,
  openAcmBench,
  requestFor,
} from './support/acm-bench.ts';
import { applyObject, awaitReady, readObject } from './support/shared-issuer.ts';

/** The bundled controller with the real Pebble, which validates dns-01 by the stand-in's Route 53. */
// A guard against hanging.
jest.setTimeout(240_000);

const namespace = 'default';
const orderAnnotation = 'awspca.cert-manager.io/acme-order';
/** Long enough for a controller to be killed while records stand. */
const insyncAfterMs = 3_000;

let bench: AcmBench;
let pebble: Pebble;
let controller: RunningController;
let zoneId: string;

beforeAll(async () => {
  bench = await openAcmBench({ insyncAfterMs });
  const { address } = await bench.aws.startDnsServer();
  const retryAfter = { authorization: 1, order: 1 };
  pebble = await startPebble({ dnsServer: address, externalAccountBinding: true, nonceReject: 5, retryAfter });
  ({ id: zoneId } = await bench.aws.createHostedZone({ name: 'pebble.example' }));
  controller = await bench.start();
  await applyObject(bench.plane, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'pebble-binding', namespace: 'aws-privateca-issuer' },
    stringData: { key: pebble.macKey },
  });
  await applyAcmIssuer(bench, 'pebble', {
    endpoint: { directoryURL: pebble.directoryUrl, caBundle: Buffer.from(pebble.caPem).toString('base64') },
    externalAccountBinding: { keyID: pebble.keyId, keySecretRef: { name: 'pebble-binding', key: 'key' } },
    domains: [{ name: 'pebble.example', scope: ['Exact', 'Subdomains', 'Wildcards'], dns01: { route53: {} } }],
  });
  await awaitAcmIssuer(bench, 'pebble', isReady);
}, 240_000);
afterAll(async () => {
  await pebble.stop();
  await bench.stop();
});

const issued = (name: string) =>
  awaitReady(bench.plane, 'CertificateRequest', namespace, name, ({ reason }) => reason === 'Issued', 180_000);

const challenges = async (): Promise<string[]> => {
  const records = await bench.aws.records({ zoneId });
  return records.filter(({ type }) => type === 'TXT').map(({ name }) => name);
};

test('kill -9 while the records stand: the next process goes on with the order, and removes them', async () => {
  await requestFor(bench, 'pebble', 'killed', ['killed.pebble.example', '*.killed.pebble.example']);
  await eventually(async () => (await challenges()).length === 2, { what: 'the records', timeoutMs: 60_000 });
  const before = await readObject(bench.plane, 'CertificateRequest', namespace, 'killed');
  controller.process.signal('SIGKILL');
  await controller.process.exited;
  controller = await bench.start();
  const { metadata } = await issued('killed');
  expect(metadata.annotations?.[orderAnnotation]).toBeDefined();
  expect(metadata.annotations?.[orderAnnotation]).toBe(before?.metadata.annotations?.[orderAnnotation]);
  expect(await challenges()).toEqual([]);
});
