import { afterAll, expect, test } from '@jest/globals';
import { eventually } from '../cluster/wait.ts';
import { awaitOutcome, createCsr, createRequest, inspect } from './support/requests.ts';
import {
  applyObject,
  awaitIssuer,
  applyIssuer,
  awaitRequest,
  createAccount,
  createTenant,
  readyOf,
  sharedIssuer,
  type Tenant,
  type TestObject,
} from './support/shared-issuer.ts';

const issuer = sharedIssuer();
const { plane, aws } = issuer;
afterAll(() => plane.close());

const templateAnnotation = 'awspca.cert-manager.io/template-name';

/** Names of the templates that were billed, in order. */
async function templatesOf({ authority }: Tenant): Promise<string[]> {
  const billed = await aws.billed();
  return billed
    .filter(({ certificateAuthorityArn }) => certificateAuthorityArn === authority.arn)
    .map(({ templateArn }) => templateArn.replace(/^.*:template\//, ''));
}

/** Creates a Certificate, and waits for its first request to be answered. */
async function createCertificate(
  { namespace, issuerRef }: Tenant,
  name: string,
  spec: object,
  reason: 'Issued' | 'Failed',
  annotations?: Readonly<Record<string, string>>,
): Promise<TestObject> {
  await applyObject(plane, {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { name, namespace, ...(annotations ? { annotations } : {}) },
    spec: { secretName: name, issuerRef, dnsNames: [`${name}.example.com`], ...spec },
  });
  return awaitRequest(plane, namespace, `${name}-1`, reason);
}

/** What is told about a request whose certificate comes with one notice, in the order of the alphabet. */
async function awaitNotice({ namespace }: Tenant, name: string): Promise<string[]> {
  return (await awaitOutcome(plane, namespace, name, 2)).sort();
}

test('the annotation of a Certificate chooses among the templates that the issuer allows', async () => {
  const tenant = await createTenant(issuer, 'annotation', {
    spec: { pcaTemplate: { allowedTemplateNames: ['SubordinateCACertificate_PathLen*/V1'] } },
  });
  const isCA = { isCA: true, commonName: 'Allowed' };
  const allowed = { [templateAnnotation]: 'SubordinateCACertificate_PathLen2/V1' };
  const issued = await createCertificate(tenant, 'allowed', isCA, 'Issued', allowed);
  expect(inspect(issued).text).toContain('CA:TRUE, pathlen:2');
  expect(await templatesOf(tenant)).toEqual(['SubordinateCACertificate_PathLen2/V1']);

  const refused = { [templateAnnotation]: 'CodeSigningCertificate/V1' };
  const failed = await createCertificate(tenant, 'refused', {}, 'Failed', refused);
  expect(readyOf(failed)?.message).toMatch(
    /annotation awspca\.cert-manager\.io\/template-name asks for template "CodeSigningCertificate\/V1".*allowedTemplateNames/,
  );
  expect(await templatesOf(tenant)).toHaveLength(1);
});

test('usages that are not encoded in the CSR are in the certificate all the same', async () => {
  const tenant = await createTenant(issuer, 'unencoded');
  const usages = ['digital signature', 'key agreement', 'client auth', 'email protection'];
  const issued = await createCertificate(tenant, 'unencoded', { usages, encodeUsagesInRequest: false }, 'Issued');
  const { text } = inspect(issued);
  expect(text).toMatch(/Key Usage: critical\s+Digital Signature, Key Agreement\n/);
  expect(text).toMatch(/Extended Key Usage: *\n\s+TLS Web Client Authentication, E-mail Protection\n/);
  expect(await awaitOutcome(plane, tenant.namespace, 'unencoded-1')).toEqual(['Issued: certificate issued']);
});

test('name constraints of a CA are in its certificate', async () => {
  const tenant = await createTenant(issuer, 'constrained');
  const nameConstraints = { critical: true, permitted: { dnsDomains: ['example.com'] } };
  const spec = { isCA: true, commonName: 'Constrained', nameConstraints };
  const { text, verified } = inspect(await createCertificate(tenant, 'constrained', spec, 'Issued'));
  expect(text).toMatch(/Name Constraints: critical\s+Permitted:\s+DNS:example\.com/);
  expect(verified).toBe('OK');
  expect(await templatesOf(tenant)).toEqual(['SubordinateCACertificate_PathLen0_APIPassthrough/V1']);
});

test("an extension that the issuer's template takes from nobody is refused by name, and costs nothing", async () => {
  const tenant = await createTenant(issuer, 'not-taken', {
    spec: { pcaTemplate: { defaultTemplateName: 'EndEntityCertificate/V1' } },
  });
  const csr = createCsr({ extensions: ['subjectAltName=DNS:test.example.com', 'tlsfeature=status_request'] });
  await createRequest(plane, tenant, 'must-staple', { csr });
  const failed = await awaitRequest(plane, tenant.namespace, 'must-staple', 'Failed');
  expect(readyOf(failed)?.message).toMatch(
    /TLS feature \(OCSP must-staple\), 1\.3\.6\.1\.5\.5\.7\.1\.24\), which template EndEntityCertificate\/V1 does not take/,
  );
  expect(failed.status?.failureTime).toBeDefined();
  expect(await templatesOf(tenant)).toEqual([]);
});

test('what the template decides over the request is told in one event', async () => {
  const tenant = await createTenant(issuer, 'overrides', {
    spec: { pcaTemplate: { defaultTemplateName: 'EndEntityServerAuthCertificate/V1' } },
  });
  const usages = ['digital signature', 'server auth', 'client auth'];
  await createCertificate(tenant, 'overrides', { usages }, 'Issued');
  expect(await awaitNotice(tenant, 'overrides-1')).toEqual([
    'Issued: certificate issued',
    expect.stringMatching(
      /^TemplateOverrides: Template EndEntityServerAuthCertificate\/V1 .* was asked for: usage client auth\.$/,
    ),
  ]);
});

test('a CA that may sign no other CA refuses one by name', async () => {
  const account = createAccount();
  const root = await aws.createCertificateAuthority({ account });
  const tenant = await createTenant(issuer, 'no-room', { account, authority: { parent: root.arn, pathLength: 0 } });
  const failed = await createCertificate(tenant, 'no-room', { isCA: true, commonName: 'No room' }, 'Failed');
  expect(readyOf(failed)?.message).toMatch(/has a path length of 0: it may sign no other CA/);
  expect(await templatesOf(tenant)).toEqual([]);
});

test('without the permission to read the certificate of the CA, a CA is signed all the same', async () => {
  const tenant = await createTenant(issuer, 'no-reading');
  const actions = ['acm-pca:GetCertificateAuthorityCertificate'];
  await aws.deny({ principal: tenant.identity.arn, actions });
  const issued = await createCertificate(tenant, 'no-reading', { isCA: true, commonName: 'CA' }, 'Issued');
  expect(inspect(issued).text).toContain('CA:TRUE, pathlen:0');
});

test('a duration beyond the CA is refused with both dates, or shortened and told where the issuer says so', async () => {
  const tenant = await createTenant(issuer, 'clamped', { authority: { validityDays: 10 } });
  await createRequest(plane, tenant, 'beyond', { duration: '2160h' });
  const instant = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ';
  const failed = await awaitRequest(plane, tenant.namespace, 'beyond', 'Failed');
  expect(readyOf(failed)?.message).toMatch(
    new RegExp(`until ${instant}, but the certificate of the CA .* ends at ${instant}.*spec\\.validity\\.clampToCA`),
  );
  expect(await templatesOf(tenant)).toEqual([]);

  await applyIssuer(plane, tenant, { validity: { clampToCA: true } });
  await awaitIssuer(plane, tenant.namespace, 'ca', 'True');
  const clamped = async (): Promise<string[] | false> => {
    // The issuer's new spec may reach the controller after the request: then it is refused as before.
    const name = `clamped-${Math.random().toString(36).slice(2)}`;
    await createRequest(plane, tenant, name, { duration: '2160h' });
    const answered = await eventually(
      async () => {
        const object = await plane.demand(
          'GET',
          `/apis/cert-manager.io/v1/namespaces/${tenant.namespace}/certificaterequests/${name}`,
        );
        const reason = readyOf(object as TestObject)?.reason;
        return (reason === 'Issued' || reason === 'Failed') && reason;
      },
      { what: `an answer to ${name}` },
    );
    return answered === 'Issued' && awaitNotice(tenant, name);
  };
  const events = await eventually(clamped, { what: 'a shortened certificate' });
  expect(events).toEqual([
    'Issued: certificate issued',
    expect.stringMatching(
      new RegExp(`^ValidityClamped: spec\\.duration asks for a certificate until ${instant}; it ends at ${instant}`),
    ),
  ]);
});

test('a request without a duration gets what the issuer says, to the second', async () => {
  const tenant = await createTenant(issuer, 'default', {
    spec: { notBeforeOffset: '0s', validity: { defaultDuration: '2160h' } },
  });
  await createRequest(plane, tenant, 'default');
  const { text } = inspect(await awaitRequest(plane, tenant.namespace, 'default', 'Issued'));
  const [from = '', to = ''] = ['Not Before', 'Not After '].map(
    (field) => new RegExp(`${field}: (.*)`).exec(text)?.[1],
  );
  expect(Date.parse(to) - Date.parse(from)).toBe(2160 * 3_600_000);
});
