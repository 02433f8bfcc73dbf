import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type Pebble, startPebble } from '../acme/pebble.ts';
import {
  type AcmBench,
  applyAcmIssuer,
  awaitAcmIssuer,
  eventually,
  isReady,
  openAcmBench,
  readAcmIssuer,
  requestFor,
} from './support/acm-bench.ts';
import { ReluctantNameServer } from '../support/reluctant-name-server.ts';
import { applyObject, awaitReady, awaitRequest, pathOf } from './support/shared-issuer.ts';

// A guard against hanging.
jest.setTimeout(240_000);

const namespace = 'aws-privateca-issuer';
let bench: AcmBench;
let pebble: Pebble;
let zoneId: string;
let reluctant: ReluctantNameServer;
beforeAll(async () => {
  bench = await openAcmBench({ insyncAfterMs: 500 });
  ({ id: zoneId } = await bench.aws.createHostedZone({ name: 'pebble.example' }));
  const { address, port } = await bench.aws.startDnsServer();
  reluctant = await ReluctantNameServer.start(port);
  pebble = await startPebble({ dnsServer: address, externalAccountBinding: true, nonceReject: 5 });
  const nameServers = `--dns01-nameservers=${address},${reluctant.address}`;
  await bench.start({ args: ['--issuer-recheck-interval=5s', nameServers] });
  await applyObject(bench.plane, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'mac', namespace },
    stringData: { secret: pebble.macKey },
  });
}, 180_000);
afterAll(async () => {
  await reluctant.stop();
  await pebble.stop();
  await bench.stop();
});

const spec = (change: { readonly caBundle?: string; readonly keyID?: string } = {}) => ({
  endpoint: {
    directoryURL: pebble.directoryUrl,
    caBundle: change.caBundle ?? Buffer.from(pebble.caPem).toString('base64'),
  },
  externalAccountBinding: { keyID: change.keyID ?? pebble.keyId, keySecretRef: { name: 'mac' } },
  domains: [{ name: 'pebble.example', scope: ['Exact', 'Subdomains', 'Wildcards'], dns01: { route53: {} } }],
});

test('a server that is not trusted, then a binding that it does not know, then all is well', async () => {
  const { endpoint, ...rest } = spec();
  const { directoryURL } = endpoint;
  await applyAcmIssuer(bench, 'pebble', { ...rest, endpoint: { directoryURL } });
  await awaitAcmIssuer(bench, 'pebble', ({ message }) => message.includes('spec.acm.endpoint.caBundle'));
  await applyAcmIssuer(bench, 'pebble', spec({ keyID: 'unknown' }));
  await awaitAcmIssuer(
    bench,
    'pebble',
    ({ reason, message }) => reason === 'AccountRefused' && message.includes('The binding unknown may have ended'),
  );
  await applyAcmIssuer(bench, 'pebble', spec());
  const { status } = await awaitAcmIssuer(bench, 'pebble', isReady);
  expect(status?.acm).toEqual({
    subject: new URL(directoryURL).host,
    endpoint: { directoryURL },
    account: { url: expect.stringContaining('https://127.0.0.1:'), status: 'valid' },
    domains: [{ name: 'pebble.example' }],
  });
});

test('50 certificates, each for a name and its wildcard; no challenge is left behind', async () => {
  const names = Array.from({ length: 50 }, (_, index) => `h${index}`);
  for (const name of names) {
    const domain = `${name}.pebble.example`;
    await requestFor(bench, 'pebble', name, [domain, `*.${domain}`]);
  }
  for (const name of names) {
    const issued = await awaitRequest(bench.plane, 'default', name, 'Issued', 200_000);
    const leaf = new X509Certificate(Buffer.from(issued.status?.certificate ?? '', 'base64'));
    expect(leaf.subjectAltName?.split(', ').sort()).toEqual([
      `DNS:*.${name}.pebble.example`,
      `DNS:${name}.pebble.example`,
    ]);
  }
  const records = await bench.aws.records({ zoneId });
  expect(records.filter(({ type }) => type === 'TXT')).toEqual([]);
}, 240_000);

test('a record that one of the name servers holds back is waited for, and told of', async () => {
  const {
    domains: [domain],
    ...rest
  } = spec();
  const checked = { ...domain, dns01: { route53: {}, checkNameServers: true } };
  await applyAcmIssuer(bench, 'checking', { ...rest, domains: [checked] });
  await awaitAcmIssuer(bench, 'checking', isReady);
  const name = '_acme-challenge.late.pebble.example';
  reluctant.withheld.add(name);
  await requestFor(bench, 'checking', 'late', ['late.pebble.example']);
  const told = `${name} is not at all name servers of hosted zone ${zoneId}: ${reluctant.address} has no such record.`;
  await awaitReady(bench.plane, 'CertificateRequest', 'default', 'late', ({ reason, message }) => {
    return reason === 'Pending' && message.includes(told);
  });
  expect((await bench.aws.records({ zoneId })).filter(({ type }) => type === 'TXT')).toHaveLength(1);
  reluctant.withheld.clear();
  await awaitRequest(bench.plane, 'default', 'late', 'Issued', 60_000);
  expect(new Set(reluctant.refused)).toEqual(new Set([name]));
  expect((await bench.aws.records({ zoneId })).filter(({ type }) => type === 'TXT')).toEqual([]);
});

test('a Secret that is lost makes a new account', async () => {
  const url = (await readAcmIssuer(bench, 'pebble'))?.status?.acm?.account?.url;
  await bench.plane.demand('DELETE', pathOf('Secret', namespace, 'pebble-acme-account'));
  await awaitAcmIssuer(bench, 'pebble', isReady);
  const isAnother = async () => {
    const now = (await readAcmIssuer(bench, 'pebble'))?.status?.acm?.account?.url;
    return now !== undefined && now !== url;
  };
  await eventually(isAnother, { what: 'a new account', timeoutMs: 60_000 });
  await requestFor(bench, 'pebble', 'new-account', ['new.pebble.example']);
  await awaitRequest(bench.plane, 'default', 'new-account', 'Issued');
});
