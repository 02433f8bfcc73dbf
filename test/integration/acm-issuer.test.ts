import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  type AcmBench,
  applyAcmIssuer,
  awaitAcmIssuer,
  cnamesOf,
  isReady,
  openAcmBench,
  requestFor,
} from './support/acm-bench.ts';
import { awaitRequest, type TestObject } from './support/shared-issuer.ts';

// A guard against hanging.
jest.setTimeout(120_000);

function namesIn({ status }: TestObject): string[] {
  const pem = Buffer.from(status?.certificate ?? '', 'base64').toString();
  return (new X509Certificate(pem).subjectAltName ?? '').replaceAll('DNS:', '').split(', ').sort();
}

let bench: AcmBench;
beforeAll(async () => {
  bench = await openAcmBench({ insyncAfterMs: 300 });
  await bench.start({ args: ['--issuer-recheck-interval=2s'] });
}, 180_000);
afterAll(async () => {
  await bench.stop();
});

const binding = () => ({ externalAccountBinding: { roleARN: bench.issuanceRole } });

describe('the happy way', () => {
  test('a managed endpoint, a domain in Route 53, a binding, an account, a certificate', async () => {
    const zone = await bench.aws.createHostedZone({ name: 'happy.example' });
    await applyAcmIssuer(bench, 'happy', {
      endpoint: { managed: { allowedKeyAlgorithms: ['EC_prime256v1'] } },
      ...binding(),
      domains: [{ name: 'happy.example', scope: ['Exact', 'Subdomains', 'Wildcards'], dns01: { route53: {} } }],
    });
    const { status } = await awaitAcmIssuer(bench, 'happy', isReady);
    expect(status?.acm).toEqual({
      subject: expect.stringMatching(/^acme-endpoint\//),
      endpoint: {
        arn: expect.stringMatching(/^arn:aws:acm:eu-west-1:111122223333:acme-endpoint\//),
        directoryURL: expect.stringMatching(/\/directory$/),
        status: 'ACTIVE',
      },
      account: {
        url: expect.stringContaining('/acct/'),
        status: 'valid',
        externalAccountBindingARN: expect.stringContaining('/acme-external-account-binding/'),
      },
      domains: [
        {
          name: 'happy.example',
          arn: expect.stringContaining('/acme-domain-validation/'),
          status: 'VALID',
          hostedZoneID: zone.id,
          recordName: expect.stringMatching(/^_.*\.happy\.example$/),
          recordValue: expect.any(String),
        },
      ],
    });
    const [domain] = status?.acm?.domains ?? [];
    expect(await cnamesOf(bench, zone.id)).toEqual([[domain?.recordName, domain?.recordValue]]);
    await requestFor(bench, 'happy', 'happy', ['www.happy.example', '*.happy.example', 'happy.example']);
    const issued = await awaitRequest(bench.plane, 'default', 'happy', 'Issued');
    expect(namesIn(issued)).toEqual(['*.happy.example', 'happy.example', 'www.happy.example']);
    expect(issued.status?.ca).toBeUndefined();
  });
});
