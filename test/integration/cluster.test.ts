import { afterAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../cluster/wait.ts';
import { sharedControlPlane } from './support/shared-control-plane.ts';

const plane = sharedControlPlane();
afterAll(() => plane.close());

const CERTIFICATES = (namespace: string): string => `/apis/cert-manager.io/v1/namespaces/${namespace}/certificates`;

interface Conditioned {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

describe('the shared control plane', () => {
  test('answers API calls and kubectl of the same release', async () => {
    const version = (await plane.demand('GET', '/version')) as { gitVersion: string };
    const kubectl = await plane.kubectl(['version', '-o', 'json']);
    expect(kubectl).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(kubectl.stdout)).toMatchObject({ serverVersion: { gitVersion: version.gitVersion } });
  });

  test('refuses an unknown token', async () => {
    expect(await plane.request('GET', '/api', { token: 'nobody' })).toMatchObject({ status: 401 });
  });

  test("cert-manager's own self-signed issuer fills a Secret", async () => {
    const namespace = await plane.createNamespace('selfsigned');
    expect(await plane.kubectl(['apply', '-n', namespace, '-f', '-'], { input: SELF_SIGNED })).toMatchObject({
      exitCode: 0,
    });
    await eventually(() => isReady(`${CERTIFICATES(namespace)}/site`), { what: 'the Certificate is Ready' });
    const secret = await plane.demand('GET', `/api/v1/namespaces/${namespace}/secrets/site-tls`);
    expect(secret).toMatchObject({ type: 'kubernetes.io/tls', data: { 'tls.crt': expect.any(String) } });
  });

  test('deletes what a deleted owner owned', async () => {
    const configMaps = `/api/v1/namespaces/${await plane.createNamespace('garbage')}/configmaps`;
    const owner = (await plane.demand('POST', configMaps, { body: configMap('owner') })) as {
      metadata: { uid: string };
    };
    const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid };
    await plane.demand('POST', configMaps, { body: configMap('owned', [reference]) });
    await plane.demand('DELETE', `${configMaps}/owner`);
    const isGone = async (): Promise<boolean> => (await plane.request('GET', `${configMaps}/owned`)).status === 404;
    await eventually(isGone, { what: 'the owned object is collected' });
  });

  test('takes a namespace away with what is in it', async () => {
    const path = `/api/v1/namespaces/${await plane.createNamespace('short-lived')}`;
    await plane.demand('POST', `${path}/configmaps`, { body: configMap('inside') });
    await plane.demand('DELETE', path);
    const isGone = async (): Promise<boolean> => (await plane.request('GET', path)).status === 404;
    await eventually(isGone, { what: 'the namespace is gone' });
  });
});

describe('users', () => {
  const rule = { apiGroups: ['cert-manager.io'], resources: ['certificates'], verbs: ['list'] };

  test('have no right that was not given', async () => {
    const namespace = await plane.createNamespace('users');
    const nobody = await plane.user('nobody', { namespace });
    const answer = await plane.request('GET', CERTIFICATES(namespace), { token: nobody.token });
    expect(answer).toMatchObject({ status: 403, body: { message: expect.stringContaining(nobody.userName) } });
  });

  test('hold rules in one namespace or everywhere, by token and by kubeconfig', async () => {
    const [home, other] = [await plane.createNamespace('users'), await plane.createNamespace('users')];
    const local = await plane.user('local', { namespace: home, namespaceRules: { [home]: [rule] } });
    const global = await plane.user('global', { namespace: home, rules: [rule] });
    const ask = async (token: string, namespace: string): Promise<number> =>
      (await plane.request('GET', CERTIFICATES(namespace), { token })).status;
    expect(await Promise.all([ask(local.token, home), ask(local.token, other)])).toEqual([200, 403]);
    expect(await Promise.all([ask(global.token, home), ask(global.token, other)])).toEqual([200, 200]);
    const { kubeconfigPath } = global;
    expect(await plane.kubectl(['get', 'certificates', '-n', other], { kubeconfigPath })).toMatchObject({
      exitCode: 0,
    });
    expect(await plane.kubectl(['get', 'secrets', '-n', other], { kubeconfigPath })).toMatchObject({ exitCode: 1 });
  });

  test('may hold ClusterRoles that exist, aggregated ones included', async () => {
    const namespace = await plane.createNamespace('users');
    const viewer = await plane.user('viewer', { namespace, clusterRoles: ['view'] });
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    expect(await plane.request('GET', path, { token: viewer.token })).toMatchObject({ status: 200 });
    expect(await plane.request('POST', path, { token: viewer.token, body: configMap('x') })).toMatchObject({
      status: 403,
    });
  });
});

describe('the audit log', () => {
  test('counts the calls of one user by verb, resource and subresource, since a mark', async () => {
    const namespace = await plane.createNamespace('audit');
    const resources = ['configmaps', 'configmaps/status'];
    const { token, userName } = await plane.user('counted', {
      namespace,
      rules: [{ apiGroups: [''], resources, verbs: ['*'] }],
    });
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    await plane.demand('POST', path, { token, body: configMap('before') });
    const since = await plane.audit.mark();
    await plane.demand('GET', path, { token });
    await Promise.all(['a', 'b', 'c'].map((name) => plane.demand('POST', path, { token, body: configMap(name) })));
    await plane.request('GET', '/api/v1/nodes', { token });

    expect(await plane.audit.count({ user: userName, verb: 'create' })).toBe(4);
    expect(await plane.audit.count({ user: userName, verb: 'create', since })).toBe(3);
    expect(await plane.audit.count({ user: userName, verb: ['create', 'list'], resource: 'configmaps', since })).toBe(
      4,
    );
    expect(await plane.audit.count({ user: userName, subresource: 'status' })).toBe(0);
    const refused = (await plane.audit.list({ user: userName, since })).filter((call) => call.status === 403);
    expect(refused).toMatchObject([{ resource: 'nodes', verb: 'list', namespace: '' }]);
  });
});

async function isReady(path: string): Promise<boolean> {
  const { status } = (await plane.demand('GET', path)) as Conditioned;
  return status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false;
}

function configMap(name: string, ownerReferences: readonly object[] = []): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ownerReferences } };
}

const SELF_SIGNED = `
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: { name: selfsigned }
spec: { selfSigned: {} }
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: site }
spec:
  secretName: site-tls
  dnsNames: [site.example.test]
  issuerRef: { name: selfsigned, kind: Issuer, group: cert-manager.io }
`;
