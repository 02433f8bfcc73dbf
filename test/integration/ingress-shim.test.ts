import { afterAll, describe, expect, test } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import type { Certificate } from '../../src/api/certificate.ts';
import { eventually } from '../cluster/wait.ts';
import { awaitEvents, decode } from './support/requests.ts';
import { applyObject, awaitReady, createTenant, pathOf, sharedIssuer } from './support/shared-issuer.ts';
import {
  applyGateway,
  applyIngress,
  applyListenerSet,
  awaitCertificates,
  awaitNames,
  deleteObject,
} from './support/shim-objects.ts';

// Mode auto, beside cert-manager's own ingress-shim, which does not know the short form.
const issuer = sharedIssuer();
const { plane } = issuer;
afterAll(() => plane.close());

const annotations = { 'awspca.cert-manager.io/issuer': 'ca' };
const issuerRef = { name: 'ca', kind: 'AWSPCAIssuer', group: 'awspca.cert-manager.io' };
const namespaceFor = async (prefix: string): Promise<string> =>
  (await createTenant(issuer, prefix, { createIssuer: false })).namespace;

const awaitNote = (namespace: string, name: string, note: RegExp): Promise<string> =>
  eventually(async () => (await awaitEvents(plane, namespace, name)).find((told) => note.test(told)), {
    what: `an event about ${name} that says ${String(note)}`,
  });

test('an Ingress of the short form gets its Secret, and takes its Certificate along when it goes', async () => {
  const { namespace } = await createTenant(issuer, 'shim');
  const tls = { 'pay-tls': ['pay.orchard.test', 'www.orchard.test'] };
  const { metadata } = await applyIngress(plane, namespace, 'stall', { annotations, labels: { team: 'citrus' }, tls });
  await awaitReady(plane, 'Certificate', namespace, 'pay-tls', ({ status }) => status === 'True');
  const [certificate] = await awaitNames(plane, namespace, 'pay-tls');
  expect(certificate?.metadata).toMatchObject({
    labels: { team: 'citrus' },
    ownerReferences: [
      {
        ...{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'stall', uid: metadata.uid },
        ...{ controller: true, blockOwnerDeletion: true },
      },
    ],
  });
  expect(certificate?.spec).toEqual({
    ...{ secretName: 'pay-tls', issuerRef, dnsNames: tls['pay-tls'] },
    usages: ['digital signature', 'key encipherment'],
  });
  const { data } = (await plane.demand('GET', pathOf('Secret', namespace, 'pay-tls'))) as {
    data: Record<string, string>;
  };
  const signed = new X509Certificate(decode(data['tls.crt']));
  expect(signed.subjectAltName).toBe('DNS:pay.orchard.test, DNS:www.orchard.test');
  expect(signed.checkIssued(new X509Certificate(decode(data['ca.crt'])))).toBe(true);
  expect(await awaitEvents(plane, namespace, 'stall')).toEqual([
    'CreateCertificate: Successfully created Certificate "pay-tls"',
  ]);

  await deleteObject(plane, 'Ingress', namespace, 'stall');
  await awaitNames(plane, namespace);
});

test('a Gateway, and a ListenerSet that inherits its issuer', async () => {
  const namespace = await namespaceFor('gateway');
  const three = { issuer: 'ca', 'issuer-kind': 'AWSPCAIssuer', 'issuer-group': 'awspca.cert-manager.io' };
  const inherited = Object.fromEntries(Object.entries(three).map(([key, value]) => [`cert-manager.io/${key}`, value]));
  await applyListenerSet(plane, namespace, 'more', 'edge', { 'more-tls': ['more.orchard.test'] });
  await applyGateway(plane, namespace, 'edge', { annotations: inherited, tls: { 'edge-tls': ['edge.orchard.test'] } });
  const found = await awaitNames(plane, namespace, 'edge-tls', 'more-tls');
  expect(
    found.map(({ metadata, spec }) => [metadata.ownerReferences?.[0]?.kind, spec?.issuerRef, spec?.dnsNames]),
  ).toEqual([
    ['Gateway', issuerRef, ['edge.orchard.test']],
    ['ListenerSet', issuerRef, ['more.orchard.test']],
  ]);
  await deleteObject(plane, 'ListenerSet', namespace, 'more');
  await awaitNames(plane, namespace, 'edge-tls');
});

test('a wrong annotation is told on the object, and mended by its next change', async () => {
  const namespace = await namespaceFor('wrong');
  const tls = { 'pay-tls': ['pay.orchard.test'] };
  const wrong = { ...annotations, 'cert-manager.io/duration': '90d' };
  await applyIngress(plane, namespace, 'stall', { annotations: wrong, tls });
  expect(await awaitEvents(plane, namespace, 'stall')).toEqual([expect.stringMatching(/^BadConfig: .*duration.*90d/)]);
  await applyIngress(plane, namespace, 'stall', {
    annotations: { ...annotations, 'cert-manager.io/duration': '2160h' },
    tls,
  });
  const [certificate] = await awaitNames(plane, namespace, 'pay-tls');
  expect(certificate?.spec?.duration).toMatch(/^2160h/);
});

test('a Certificate that the API server refuses is told with its reason', async () => {
  const namespace = await namespaceFor('refused');
  const policy = `no-certificates-${namespace}`;
  const path = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';
  const rule = {
    apiGroups: ['cert-manager.io'],
    apiVersions: ['v1'],
    operations: ['CREATE'],
    resources: ['certificates'],
  };
  await plane.demand('POST', path, {
    body: {
      ...{
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name: policy },
      },
      spec: {
        matchConstraints: { resourceRules: [rule] },
        validations: [{ expression: 'false', message: 'not in this orchard' }],
      },
    },
  });
  await plane.demand('POST', path.replace('policies', 'policybindings'), {
    body: {
      ...{ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding' },
      metadata: { name: policy },
      spec: {
        ...{ policyName: policy, validationActions: ['Deny'] },
        matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
      },
    },
  });
  const probe = `${pathOf('Certificate', namespace)}?dryRun=All`;
  const body = {
    ...{ apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: { name: 'probe' } },
    spec: { secretName: 'probe', issuerRef: { name: 'nobody' } },
  };
  await eventually(async () => (await plane.request('POST', probe, { body })).status === 422, {
    what: 'the policy works',
  });
  await applyIngress(plane, namespace, 'stall', { annotations, tls: { 'pay-tls': ['pay.orchard.test'] } });
  expect(await awaitEvents(plane, namespace, 'stall')).toEqual([
    expect.stringMatching(/^BadConfig: The API server refuses to create Certificate "pay-tls": .*not in this orchard/),
  ]);
});

test('an admission policy that writes another value: told, and not fought', async () => {
  const namespace = await namespaceFor('overruled');
  const path = '/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies';
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const name = `month-${namespace}`;
  const rule = {
    ...{ apiGroups: ['cert-manager.io'], apiVersions: ['v1'], resources: ['certificates'] },
    operations: ['CREATE', 'UPDATE'],
  };
  const expression = '[JSONPatch{op: "add", path: "/spec/duration", value: "720h"}]';
  await plane.demand('POST', path, {
    body: {
      ...{ apiVersion, kind: 'MutatingAdmissionPolicy', metadata: { name } },
      spec: {
        ...{ failurePolicy: 'Fail', reinvocationPolicy: 'Never', matchConstraints: { resourceRules: [rule] } },
        mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression } }],
      },
    },
  });
  await plane.demand('POST', path.replace('policies', 'policybindings'), {
    body: {
      ...{ apiVersion, kind: 'MutatingAdmissionPolicyBinding', metadata: { name } },
      spec: {
        policyName: name,
        matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
      },
    },
  });
  const body = {
    ...{ apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: { name: 'probe' } },
    spec: { secretName: 'probe', issuerRef: { name: 'nobody' } },
  };
  const isInForce = async (): Promise<boolean> => {
    const probe = await plane.demand('POST', `${pathOf('Certificate', namespace)}?dryRun=All`, { body });
    return (probe as Certificate).spec?.duration === '720h';
  };
  await eventually(isInForce, { what: 'the policy works' });
  const quarter = { ...annotations, 'cert-manager.io/duration': '2160h' };
  const since = await plane.audit.mark();
  await applyIngress(plane, namespace, 'stall', { annotations: quarter, tls: { 'pay-tls': ['pay.orchard.test'] } });
  await awaitNote(namespace, 'stall', /^CertificateOverruled: .* changed spec\.duration /);
  expect(await awaitEvents(plane, namespace, 'stall')).not.toContainEqual(expect.stringMatching(/^UpdateCertificate/));
  const writes = await plane.audit.list({ verb: 'patch', resource: 'certificates', subresource: '', namespace, since });
  // A patch that met a newer Certificate was refused, and made again.
  expect(writes.filter(({ status }) => status === 200)).toHaveLength(1);
});

describe('Certificates follow their Ingress', () => {
  test('another secretName, another host, a block less', async () => {
    const namespace = await namespaceFor('follow');
    const apply = (tls: Record<string, string[]>) => applyIngress(plane, namespace, 'stall', { annotations, tls });
    await apply({ 'pay-tls': ['pay.orchard.test'], 'api-tls': ['api.orchard.test'] });
    await awaitNames(plane, namespace, 'api-tls', 'pay-tls');
    await apply({ 'pay2-tls': ['pay.orchard.test'], 'api-tls': ['api.orchard.test'] });
    await awaitNames(plane, namespace, 'api-tls', 'pay2-tls');
    await awaitNote(namespace, 'stall', /^DeleteCertificate: Successfully deleted unrequired Certificate "pay-tls"$/);
    await apply({ 'pay2-tls': ['pay.orchard.test', 'shop.orchard.test'] });
    await awaitCertificates(
      plane,
      namespace,
      'one Certificate with two names',
      ([certificate, ...more]) => more.length === 0 && certificate?.spec?.dnsNames?.length === 2,
    );
    await awaitNote(namespace, 'stall', /^UpdateCertificate: Successfully updated Certificate "pay2-tls"$/);
  });

  test('what somebody changed by hand is set right, and annotations of others stay', async () => {
    const namespace = await namespaceFor('by-hand');
    await applyIngress(plane, namespace, 'stall', { annotations, tls: { 'pay-tls': ['pay.orchard.test'] } });
    await awaitNames(plane, namespace, 'pay-tls');
    const patch = { metadata: { annotations: { 'orchard.test/note': 'mine' } }, spec: { commonName: 'by.hand.test' } };
    const options = { body: patch, contentType: 'application/merge-patch+json' };
    await plane.demand('PATCH', pathOf('Certificate', namespace, 'pay-tls'), options);
    const [certificate] = await awaitCertificates(
      plane,
      namespace,
      'the common name is gone',
      ([found]) => found !== undefined && found.spec?.commonName === undefined,
    );
    expect(certificate?.metadata.annotations).toMatchObject({ 'orchard.test/note': 'mine' });
  });
});

describe('a Certificate that somebody else holds', () => {
  const tls = { 'pay-tls': ['pay.orchard.test'] };

  test('is left alone, and taken in place of when it goes', async () => {
    const namespace = await namespaceFor('foreign');
    await applyObject(plane, {
      ...{ apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: { name: 'pay-tls', namespace } },
      spec: { secretName: 'pay-tls', issuerRef, dnsNames: ['by.hand.test'] },
    });
    await applyIngress(plane, namespace, 'stall', { annotations, tls });
    expect(await awaitEvents(plane, namespace, 'stall')).toEqual([expect.stringContaining('pay-tls')]);
    const [held] = await awaitNames(plane, namespace, 'pay-tls');
    expect(held?.spec?.dnsNames).toEqual(['by.hand.test']);
    await deleteObject(plane, 'Certificate', namespace, 'pay-tls');
    await awaitCertificates(plane, namespace, 'the Certificate of the Ingress', ([found]) =>
      (found?.spec?.dnsNames ?? []).includes('pay.orchard.test'),
    );
  });

  test('another Ingress: the second waits, and is next when the first goes', async () => {
    const namespace = await namespaceFor('two');
    await applyIngress(plane, namespace, 'first', { annotations, tls });
    await awaitNames(plane, namespace, 'pay-tls');
    await applyIngress(plane, namespace, 'second', { annotations, tls });
    expect(await awaitEvents(plane, namespace, 'second')).toEqual([expect.stringContaining('first')]);
    await deleteObject(plane, 'Ingress', namespace, 'first');
    await awaitCertificates(
      plane,
      namespace,
      'the Certificate is the second Ingress’s',
      ([found]) => found?.metadata.ownerReferences?.[0]?.name === 'second',
    );
  });

  test('the predecessor of the same name: the successor gets its own', async () => {
    const namespace = await namespaceFor('again');
    await applyIngress(plane, namespace, 'stall', { annotations, tls });
    const [first] = await awaitNames(plane, namespace, 'pay-tls');
    await deleteObject(plane, 'Ingress', namespace, 'stall');
    await applyIngress(plane, namespace, 'stall', { annotations, tls });
    const isAnother = (uid: string | undefined): boolean => uid !== undefined && uid !== first?.metadata.uid;
    await awaitCertificates(plane, namespace, 'a Certificate of the new Ingress', ([found]) =>
      isAnother(found?.metadata.uid),
    );
  });
});
