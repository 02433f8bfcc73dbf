import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  createCsr,
  createRequest,
  decode,
  awaitEvents,
  awaitOutcome,
  inspect,
  type KeyType,
  keyTypes,
} from './support/requests.ts';
import { awaitRequest, createAccount, createTenant, sharedIssuer, type Tenant } from './support/shared-issuer.ts';

const issuer = sharedIssuer();
const { plane, aws } = issuer;
afterAll(() => plane.close());

const certificatesIn = (pem: string): number => pem.match(/BEGIN CERTIFICATE/g)?.length ?? 0;

describe.each([
  ['an RSA root', 'RSA_2048', 'SHA256WITHRSA', 1],
  ['an ECDSA root', 'EC_prime256v1', 'SHA256WITHECDSA', 1],
  ['an RSA CA three deep', 'RSA_2048', 'SHA512WITHRSA', 3],
  ['an ECDSA CA three deep', 'EC_secp384r1', 'SHA384WITHECDSA', 3],
] as const)('%s signs', (_, keyAlgorithm, signingAlgorithm, depth) => {
  let tenant: Tenant;
  beforeAll(async () => {
    const account = createAccount();
    let parent: string | undefined;
    for (let level = 1; level < depth; level++) {
      const above = await aws.createCertificateAuthority({ account, keyAlgorithm, ...(parent ? { parent } : {}) });
      parent = above.arn;
    }
    tenant = await createTenant(issuer, 'signing', {
      account,
      authority: { keyAlgorithm, signingAlgorithm, ...(parent ? { parent } : {}) },
    });
  });

  const supported = (Object.keys(keyTypes) as KeyType[]).filter((key) => key !== 'Ed25519');
  test.each(supported)('a request with a key of %s', async (key) => {
    const name = key.toLowerCase().replace(/[^a-z0-9]+/g, '-');
    await createRequest(plane, tenant, name, { csr: createCsr({ key }) });
    const issued = await awaitRequest(plane, tenant.namespace, name, 'Issued');
    const { text, verified } = inspect(issued);
    expect(verified).toBe('OK');
    expect(text).toContain('DNS:test.example.com');
    // Leaf and intermediates in one, the root alone in the other.
    expect(certificatesIn(decode(issued.status?.certificate))).toBe(depth);
    expect(certificatesIn(decode(issued.status?.ca))).toBe(1);
    expect(decode(issued.status?.certificate)).toMatch(/-----END CERTIFICATE-----\n$/);
  });
});

describe('templates', () => {
  let tenant: Tenant;
  beforeAll(async () => {
    tenant = await createTenant(issuer, 'templates');
  });

  test.each([
    [['code signing'], 'CodeSigningCertificate/V1', 'Code Signing'],
    [['client auth'], 'EndEntityClientAuthCertificate/V1', 'TLS Web Client Authentication'],
    [['server auth'], 'EndEntityServerAuthCertificate/V1', 'TLS Web Server Authentication'],
    [['ocsp signing'], 'OCSPSigningCertificate/V1', 'OCSP Signing'],
    [
      ['client auth', 'server auth'],
      'EndEntityCertificate/V1',
      'TLS Web Server Authentication, TLS Web Client Authentication',
    ],
    [
      ['server auth', 'client auth'],
      'EndEntityCertificate/V1',
      'TLS Web Server Authentication, TLS Web Client Authentication',
    ],
    [['server auth', 'server auth'], 'EndEntityServerAuthCertificate/V1', 'TLS Web Server Authentication'],
    [undefined, 'BlankEndEntityCertificate_APICSRPassthrough/V1', undefined],
    [['digital signature', 'key encipherment'], 'BlankEndEntityCertificate_APICSRPassthrough/V1', undefined],
    [
      ['server auth', 'digital signature'],
      'BlankEndEntityCertificate_APICSRPassthrough/V1',
      'TLS Web Server Authentication',
    ],
  ])('usages %j take %s', async (usages, template, purposes) => {
    const name = `usages-${Math.random().toString(36).slice(2)}`;
    const asked = template.startsWith('Blank') && purposes ? ['extendedKeyUsage=serverAuth'] : [];
    const csr = createCsr({
      extensions: ['subjectAltName=DNS:test.example.com', 'keyUsage=critical,digitalSignature', ...asked],
    });
    await createRequest(plane, tenant, name, { csr, ...(usages ? { usages } : {}) });
    const issued = await awaitRequest(plane, tenant.namespace, name, 'Issued');
    expect(await billedTemplates(tenant)).toContain(`arn:aws:acm-pca:::template/${template}`);
    const { text } = inspect(issued);
    if (purposes === undefined) expect(text).not.toContain('Extended Key Usage');
    else expect(text).toContain(purposes);
  });

  test('isCA takes a subordinate CA that may sign leaves only', async () => {
    const csr = createCsr({ subject: '/CN=Team CA', extensions: ['basicConstraints=critical,CA:TRUE'] });
    await createRequest(plane, tenant, 'ca', { csr, isCA: true, usages: ['cert sign'] });
    const { text } = inspect(await awaitRequest(plane, tenant.namespace, 'ca', 'Issued'));
    expect(text).toContain('CA:TRUE, pathlen:0');
    expect(await billedTemplates(tenant)).toContain('arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0/V1');
  });

  test("the issuer's template wins over usages and isCA", async () => {
    const fixed = await createTenant(issuer, 'fixed-template', {
      spec: { pcaTemplate: { defaultTemplateName: 'EndEntityClientAuthCertificate/V1' } },
    });
    await createRequest(plane, fixed, 'fixed', { usages: ['server auth'] });
    const { text } = inspect(await awaitRequest(plane, fixed.namespace, 'fixed', 'Issued'));
    expect(text).toContain('TLS Web Client Authentication');
    expect(text).not.toContain('TLS Web Server Authentication');
  });

  async function billedTemplates({ authority }: Tenant): Promise<string[]> {
    const billed = await aws.billed();
    return billed
      .filter(({ certificateAuthorityArn }) => certificateAuthorityArn === authority.arn)
      .map(({ templateArn }) => templateArn);
  }
});

describe('validity', () => {
  const instants = (text: string): [number, number] => {
    const [, before = ''] = /Not Before: (.*)/.exec(text) ?? [];
    const [, after = ''] = /Not After : (.*)/.exec(text) ?? [];
    return [Date.parse(before), Date.parse(after)];
  };
  const minute = 60_000;
  const hour = 60 * minute;

  test.each([
    ['the default of 30 days and 15 minutes back', {}, undefined, 30 * 24 * hour + 15 * minute],
    ['a given duration', {}, '5h0m0s', 5 * hour + 15 * minute],
    ['a notBeforeOffset of its own', { notBeforeOffset: '2h' }, '20h', 22 * hour],
    ['a notBeforeOffset of nothing', { notBeforeOffset: '0s' }, '1h', hour],
  ])('%s', async (_, spec, duration, window) => {
    const tenant = await createTenant(issuer, 'validity', { spec });
    await createRequest(plane, tenant, 'validity', duration === undefined ? {} : { duration });
    const issued = await awaitRequest(plane, tenant.namespace, 'validity', 'Issued');
    const [notBefore, notAfter] = instants(inspect(issued).text);
    expect(notAfter - notBefore).toBe(window);
  });
});

test('a certificate costs two API writes, one event and no reads', async () => {
  // From 45 s after its check on the issuer reads its Secret again, whether anything is signed or not.
  const rereadFrom = Date.now() + 45_000;
  const tenant = await createTenant(issuer, 'calls');
  // The issuer lives in the same namespace, and its event follows its status.
  await awaitEvents(plane, tenant.namespace, tenant.issuerRef.name);
  const since = await plane.audit.mark();
  await createRequest(plane, tenant, 'calls');
  const issued = await awaitRequest(plane, tenant.namespace, 'calls', 'Issued');
  expect(await awaitOutcome(plane, tenant.namespace, 'calls')).toEqual(['Issued: certificate issued']);
  // With what is said of an approver that takes long.
  const told = await awaitEvents(plane, tenant.namespace, 'calls');
  const calls = await plane.audit.list({
    since,
    user: 'system:serviceaccount:aws-privateca-issuer:aws-privateca-issuer',
  });
  const own = calls.filter(
    ({ namespace, resource, receivedAt }) =>
      namespace === tenant.namespace && (resource !== 'secrets' || Date.parse(receivedAt) < rereadFrom),
  );
  expect(
    own.map(({ verb, resource, subresource }) => [verb, resource, subresource].filter(Boolean).join(' ')).sort(),
  ).toEqual([...told.map(() => 'create events'), 'patch certificaterequests', 'update certificaterequests status']);
  const billed = (await aws.billed()).filter(
    ({ certificateAuthorityArn }) => certificateAuthorityArn === tenant.authority.arn,
  );
  expect(billed.map(({ certificateArn }) => certificateArn)).toEqual([
    issued.metadata.annotations?.['aws-privateca-issuer/certificate-arn'],
  ]);
});
