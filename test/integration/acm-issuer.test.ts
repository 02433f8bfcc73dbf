import { X509Certificate } from 'node:crypto';
import {
  type ACMClient,
  DescribeAcmeEndpointCommand,
  ListAcmeExternalAccountBindingsCommand,
} from '@aws-sdk/client-acm';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { acmClient, createEndpoint } from '../aws/testing/acm.ts';
import { acmUser, type RunningController } from '../support/controller.ts';
import {
  type AcmBench,
  applyAcmIssuer,
  awaitAcmIssuer,
  cnamesOf,
  eventually,
  isOfGeneration,
  isReady,
  openAcmBench,
  readAcmIssuer,
  region,
  requestFor,
} from './support/acm-bench.ts';
import { awaitRequest, pathOf, type TestObject } from './support/shared-issuer.ts';

// A guard against hanging.
jest.setTimeout(120_000);

function namesIn({ status }: TestObject): string[] {
  const pem = Buffer.from(status?.certificate ?? '', 'base64').toString();
  return (new X509Certificate(pem).subjectAltName ?? '').replaceAll('DNS:', '').split(', ').sort();
}

let bench: AcmBench;
let controller: RunningController;
// Checked far more often than usual, which the usual pace would not keep up with.
const args = ['--issuer-recheck-interval=2s', '--route53-rate=0', '--acm-read-rate=0'];
beforeAll(async () => {
  bench = await openAcmBench({ insyncAfterMs: 300, quotas: 'off' });
  controller = await bench.start({ args });
}, 180_000);
afterAll(async () => {
  await bench.stop();
});

afterEach(() => bench.aws.clearFaults());

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

const allScopes = ['Exact', 'Subdomains', 'Wildcards'];
const inRoute53 = (name: string, route53: object = {}, more: object = {}) => ({
  ...{ name, scope: allScopes, dns01: { route53 } },
  ...more,
});
const managed = { managed: {} };

async function issueFor(issuer: string, request: string, name: string): Promise<void> {
  await requestFor(bench, issuer, request, [name]);
  await awaitRequest(bench.plane, 'default', request, 'Issued');
}

describe('zones', () => {
  test('in another account, under a role of its own; its private twin is ignored', async () => {
    const account = '444455556666';
    const dns = await bench.aws.createRole({ name: 'dns', account, trust: [bench.aws.identity.arn] });
    const twin = await bench.aws.createHostedZone({ name: 'far.example', account, isPrivate: true });
    const zone = await bench.aws.createHostedZone({ name: 'far.example', account });
    const domains = [inRoute53('www.far.example', { role: dns.arn })];
    await applyAcmIssuer(bench, 'far', { endpoint: managed, ...binding(), domains });
    const { status } = await awaitAcmIssuer(bench, 'far', isReady);
    expect(status?.acm?.domains?.[0]?.hostedZoneID).toBe(zone.id);
    expect(await cnamesOf(bench, zone.id)).toHaveLength(1);
    expect(await cnamesOf(bench, twin.id)).toEqual([]);
    await issueFor('far', 'far', 'www.far.example');
  });

  test('beyond the first page of the account', async () => {
    const account = '777788889999';
    const dns = await bench.aws.createRole({ name: 'dns', account, trust: [bench.aws.identity.arn] });
    for (let index = 0; index < 130; index++)
      await bench.aws.createHostedZone({ name: `zone-${String(index).padStart(3, '0')}.example`, account });
    const zone = await bench.aws.createHostedZone({ name: 'zzz.example', account });
    await applyAcmIssuer(bench, 'paged', {
      endpoint: managed,
      ...binding(),
      domains: [inRoute53('zzz.example', { role: dns.arn })],
    });
    await awaitAcmIssuer(bench, 'paged', isReady);
    expect(await cnamesOf(bench, zone.id)).toHaveLength(1);
  });

  test('that is not there: the condition says so, and it is found when somebody creates it', async () => {
    const domains = [inRoute53('later.example')];
    await applyAcmIssuer(bench, 'later', { endpoint: managed, ...binding(), domains });
    const { status } = await awaitAcmIssuer(bench, 'later', ({ reason }) => reason === 'ZoneNotFound');
    expect(status?.conditions?.[0]?.message).toMatch(
      /^later\.example: zone not found in Route 53 for domain _.*later\.example: account 111122223333 has no public hosted zone/,
    );
    expect(status?.acm?.domains).toMatchObject([{ name: 'later.example', status: 'VALIDATING' }]);
    await bench.aws.createHostedZone({ name: 'later.example' });
    await awaitAcmIssuer(bench, 'later', isReady);
  });

  test('a domain without Route 53: the condition names the record for a person', async () => {
    await applyAcmIssuer(bench, 'by-hand', { endpoint: managed, ...binding(), domains: [{ name: 'hand.example' }] });
    const asks = ({ message }: { message: string }) => message.includes('Create it in the DNS of the domain');
    const { status } = await awaitAcmIssuer(bench, 'by-hand', asks);
    const { recordName = '', recordValue = '' } = status?.acm?.domains?.[0] ?? {};
    expect(status?.conditions?.[0]).toMatchObject({
      reason: 'DomainsValidating',
      message: expect.stringContaining(`CNAME ${recordName} with the value ${recordValue}`),
    });
    await bench.aws.setPublicRecord({ name: recordName, cname: recordValue });
    await awaitAcmIssuer(bench, 'by-hand', isReady);
  });

  test('a record that ACM writes itself', async () => {
    const zone = await bench.aws.createHostedZone({ name: 'acm-writes.example' });
    const domains = [inRoute53('acm-writes.example', { hostedZoneID: zone.id, managedByACM: true })];
    await applyAcmIssuer(bench, 'acm-writes', { endpoint: managed, ...binding(), domains });
    await awaitAcmIssuer(bench, 'acm-writes', isReady);
    expect(await cnamesOf(bench, zone.id)).toHaveLength(1);
  });
});

describe('what somebody does behind our back', () => {
  const [name, domain] = ['behind', 'behind.example'];
  let zoneId: string;
  beforeAll(async () => {
    zoneId = (await bench.aws.createHostedZone({ name: domain })).id;
    await applyAcmIssuer(bench, name, { endpoint: managed, ...binding(), domains: [inRoute53(domain)] });
    await awaitAcmIssuer(bench, name, isReady);
  });

  test('a CNAME removed by hand comes back, and orders recover', async () => {
    const [record] = await cnamesOf(bench, zoneId);
    await bench.aws.removeRecord({ zoneId, name: record?.[0] ?? '', type: 'CNAME' });
    await issueFor(name, 'after-removal', domain);
    expect(await cnamesOf(bench, zoneId)).toEqual([record]);
  });

  test('an account that is revoked: the condition says what to do, and that helps', async () => {
    const before = await readAcmIssuer(bench, name);
    const accountUrl = before?.status?.acm?.account?.url ?? '';
    await bench.aws.revokeAcmeAccount({ accountUrl });
    const { status } = await awaitAcmIssuer(bench, name, ({ reason }) => reason === 'AccountNotValid');
    expect(status?.conditions?.[0]?.message).toMatch(
      /Delete Secret aws-privateca-issuer\/behind-acme-account: then a new account is registered\.$/,
    );
    await bench.plane.demand('DELETE', pathOf('Secret', 'aws-privateca-issuer', 'behind-acme-account'));
    const after = await awaitAcmIssuer(bench, name, isReady);
    expect(after.status?.acm?.account?.url).not.toBe(accountUrl);
    await issueFor(name, 'after-revocation', domain);
  });

  test('an endpoint that is deleted: another one is made, with its domains, its account, and certificates', async () => {
    const before = (await readAcmIssuer(bench, name))?.status?.acm;
    const arn = before?.endpoint?.arn ?? '';
    await bench.aws.deleteAcmeEndpoint({ arn });
    const isAnother = async () => {
      const status = (await readAcmIssuer(bench, name))?.status;
      const isOther = status?.acm?.endpoint?.arn !== arn && status?.acm?.account?.url !== before?.account?.url;
      return isOther && status?.conditions?.[0]?.status === 'True';
    };
    await eventually(isAnother, { what: 'another endpoint', timeoutMs: 60_000 });
    await issueFor(name, 'after-deletion', domain);
  });
});

describe('what is not allowed', () => {
  test('a role that ACM may not assume, then one that may not issue', async () => {
    const untrusting = await bench.aws.createRole({ name: 'untrusting' });
    await bench.aws.createHostedZone({ name: 'roles.example' });
    const domains = [inRoute53('roles.example')];
    const acm = { endpoint: managed, externalAccountBinding: { roleARN: untrusting.arn }, domains };
    await applyAcmIssuer(bench, 'roles', acm);
    const { status } = await awaitAcmIssuer(bench, 'roles', ({ message }) =>
      message.includes('acm-acme.amazonaws.com'),
    );
    expect(status?.conditions?.[0]?.message).toContain('its trust policy has to allow acm-acme.amazonaws.com');

    const mute = await bench.aws.createRole({ name: 'mute', trust: ['acm-acme.amazonaws.com'] });
    await bench.aws.deny({ principal: mute.arn, actions: ['acm:RequestCertificate'] });
    await applyAcmIssuer(bench, 'roles', { ...acm, externalAccountBinding: { roleARN: mute.arn } });
    await awaitAcmIssuer(bench, 'roles', isReady);
    await requestFor(bench, 'roles', 'denied-role', ['roles.example']);
    const waits = await awaitRequest(bench.plane, 'default', 'denied-role', 'Pending');
    expect(waits.status?.conditions?.find(({ type }) => type === 'Ready')?.message).toContain('acm:RequestCertificate');

    // Another role makes another account: the one that there is keeps its own for ever.
    const url = (await readAcmIssuer(bench, 'roles'))?.status?.acm?.account?.url;
    await applyAcmIssuer(bench, 'roles', { ...acm, ...binding() });
    const changed = await awaitAcmIssuer(bench, 'roles', isOfGeneration(3));
    expect(changed.status?.acm?.account?.url).not.toBe(url);
    await issueFor('roles', 'allowed-role', 'roles.example');
  });

  test('a binding that has ended before there was an account: another one is made', async () => {
    await bench.aws.failNext({
      operation: 'NewAccount',
      kind: 'error',
      status: 503,
      code: 'ServiceUnavailable',
      count: 1000,
    });
    const externalAccountBinding = { roleARN: bench.issuanceRole, expiration: '1h' };
    await applyAcmIssuer(bench, 'ended', { endpoint: managed, externalAccountBinding });
    const created = async () => (await bench.aws.calls({ operation: 'NewAccount' })).length > 0;
    await eventually(created, { what: 'the binding is made' });
    const { status } = await awaitAcmIssuer(bench, 'ended', ({ reason }) => reason === 'Unreachable');
    const endpointArn = status?.acm?.endpoint?.arn ?? '';
    const [arn] = await bindingsOf(endpointArn);
    await bench.aws.expireAcmeExternalAccountBinding({ arn: arn ?? '' });
    await bench.aws.clearFaults();
    await awaitAcmIssuer(bench, 'ended', isReady);
    expect(await bindingsOf(endpointArn)).toHaveLength(2);
  });

  test('Secrets: the condition has the rule that is missing', async () => {
    const { arn } = await withAcm((acm) => createEndpoint(acm));
    await withController({ ...acmUser, name: 'poor', clusterRoles: ['aws-privateca-issuer'] }, async () => {
      await applyAcmIssuer(bench, 'no-secrets', {
        endpoint: { arn },
        ...binding(),
      });
      const { status } = await awaitAcmIssuer(bench, 'no-secrets', ({ message }) => message.includes('RBAC'));
      expect(status?.conditions?.[0]?.message).toContain('- {apiGroups: [""], resources: ["secrets"]');
    });
    await awaitAcmIssuer(bench, 'no-secrets', isReady);
  });
});

describe('in the end', () => {
  test('by default everything stays', async () => {
    await bench.aws.createHostedZone({ name: 'stays.example' });
    await applyAcmIssuer(bench, 'stays', { endpoint: managed, ...binding(), domains: [inRoute53('stays.example')] });
    const { status, metadata } = await awaitAcmIssuer(bench, 'stays', isReady);
    expect(metadata.finalizers).toBeUndefined();
    await deleteIssuer('stays');
    expect(await endpointStatus(status?.acm?.endpoint?.arn ?? '')).toBe('ACTIVE');
    const zone = status?.acm?.domains?.[0]?.hostedZoneID ?? '';
    expect(await cnamesOf(bench, zone)).toHaveLength(1);
  });

  test('where deletionPolicy says Delete, domains go when they leave, and the endpoint goes with its issuer', async () => {
    const zones = await Promise.all(
      ['a.gone.example', 'b.gone.example'].map((name) => bench.aws.createHostedZone({ name })),
    );
    const domains = ['a.gone.example', 'b.gone.example'].map((name) =>
      inRoute53(name, {}, { deletionPolicy: 'Delete' }),
    );
    const endpoint = { managed: { deletionPolicy: 'Delete' } };
    await applyAcmIssuer(bench, 'gone', { endpoint, ...binding(), domains });
    const first = await awaitAcmIssuer(bench, 'gone', isReady);
    expect(first.metadata.finalizers).toEqual(['awspca.cert-manager.io/acm']);
    const [a = '', b = ''] = zones.map(({ id }) => id);
    expect(await cnamesOf(bench, a)).toHaveLength(1);

    await applyAcmIssuer(bench, 'gone', { endpoint, ...binding(), domains: domains.slice(1) });
    await eventually(async () => (await cnamesOf(bench, a)).length === 0, { what: 'the record is gone' });
    const { status } = await awaitAcmIssuer(bench, 'gone', isOfGeneration(2));
    expect(status?.acm?.domains?.map(({ name }) => name)).toEqual(['b.gone.example']);
    expect(await cnamesOf(bench, b)).toHaveLength(1);

    await deleteIssuer('gone');
    expect(await cnamesOf(bench, b)).toEqual([]);
    expect(await endpointStatus(status?.acm?.endpoint?.arn ?? '')).toBe('gone');
  });
});

test('nothing is written while nothing changes', async () => {
  const before = await readAcmIssuer(bench, 'happy');
  const count = async () => (await bench.aws.calls({ operation: 'ListAcmeDomainValidations' })).length;
  await awaitAcmIssuer(bench, 'happy', isReady);
  const start = await count();
  await eventually(async () => (await count()) > start + 20, { what: 'several checks', timeoutMs: 60_000 });
  expect((await readAcmIssuer(bench, 'happy'))?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion);
});

async function deleteIssuer(name: string): Promise<void> {
  await bench.plane.demand('DELETE', pathOf('AWSPCAClusterIssuer', '', name));
  await eventually(async () => (await readAcmIssuer(bench, name)) === undefined, { what: `${name} is gone` });
}

async function endpointStatus(arn: string): Promise<string> {
  return withAcm(async (acm) => {
    const output = await acm.send(new DescribeAcmeEndpointCommand({ AcmeEndpointArn: arn })).catch(() => undefined);
    return output?.AcmeEndpoint?.Status ?? 'gone';
  });
}

async function bindingsOf(arn: string): Promise<string[]> {
  return withAcm(async (acm) => {
    const output = await acm.send(new ListAcmeExternalAccountBindingsCommand({ AcmeEndpointArn: arn }));
    return (output.ExternalAccountBindings ?? []).map((found) => found.AcmeExternalAccountBindingArn ?? '');
  });
}

async function withAcm<T>(work: (acm: ACMClient) => Promise<T>): Promise<T> {
  const acm = acmClient({ endpoint: bench.aws.endpoint, identity: bench.aws.identity, region });
  try {
    return await work(acm);
  } finally {
    acm.destroy();
  }
}

/** In the place of the usual controller, as long as `work` lasts. */
async function withController(user: typeof acmUser, work: () => Promise<void>): Promise<void> {
  await controller.process.stop();
  const other = await bench.start({ user });
  try {
    await work();
  } finally {
    await other.process.stop();
    controller = await bench.start({ args });
  }
}
