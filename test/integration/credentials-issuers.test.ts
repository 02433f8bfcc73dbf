import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type AuthorityOptions,
  type AwsStandIn,
  type CallRecord,
  type Identity,
  startAwsStandIn,
} from '../aws/index.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { eventually } from '../cluster/wait.ts';
import { type RunningController, startController } from '../support/controller.ts';
import { endAfterAll } from '../support/end-after-all.ts';
import { createServiceAccount, grant, secretRule, tokenRule, trustIn } from './support/federation.ts';
import { createCsr, createRequest } from './support/requests.ts';
import { sharedControlPlane } from './support/shared-control-plane.ts';
import {
  applyObject,
  awaitReady,
  awaitRequest,
  createAccount,
  pathOf,
  readObject,
  readyOf,
  type TestObject,
  toIssuerRef,
} from './support/shared-issuer.ts';

/** What the controller may do everywhere. Each test adds what its issuer needs, in the issuer's namespace, by name. */
const user = { name: 'least-privileged', clusterRoles: ['aws-privateca-issuer'] };

const atTheEnd = endAfterAll();
let plane: ControlPlane;
let aws: AwsStandIn;
let controller: RunningController;
let starts = 0;
async function start(): Promise<void> {
  controller = await startController((spec) => plane.startProcess(spec), plane, {
    name: `controller-${++starts}`,
    environment: aws.environment(aws.identity),
    args: ['--log-level=debug', '--cluster-resource-namespace=vault'],
    user,
  });
}
beforeAll(async () => {
  plane = await startControlPlane({ programs: sharedControlPlane().facts.programs, certManager: {} });
  atTheEnd(() => plane.stop());
  aws = await startAwsStandIn({ idempotencyMismatch: 'error' });
  atTheEnd(() => aws.stop());
  await applyNamespace('vault');
  await start();
});
beforeEach(() => aws.reset());

const applyNamespace = (name: string): Promise<unknown> =>
  plane.demand('POST', '/api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } } });

/** A namespace and an AWS account of its own, with a CA. */
interface Place {
  readonly namespace: string;
  readonly account: string;
  readonly arn: string;
}

async function createPlace(prefix: string, options: AuthorityOptions = {}): Promise<Place> {
  const account = createAccount();
  const { arn } = await aws.createCertificateAuthority({ account, ...options });
  return { namespace: await plane.createNamespace(prefix), account, arn };
}

const applyIssuer = ({ namespace, arn }: Place, spec: object): Promise<TestObject> =>
  applyObject(plane, {
    apiVersion: 'awspca.cert-manager.io/v1beta1',
    kind: 'AWSPCAIssuer',
    metadata: { name: 'ca', namespace },
    spec: { arn, ...spec },
  });

const applySecret = (namespace: string, { accessKeyId, secretAccessKey }: Identity): Promise<TestObject> =>
  applyObject(plane, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'aws', namespace },
    stringData: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
  });

const isReady = ({ namespace }: Place): Promise<TestObject> =>
  awaitReady(plane, 'AWSPCAIssuer', namespace, 'ca', ({ status }) => status === 'True');

/** Waits until the issuer says `text`, and gives the whole message. */
async function says({ namespace }: Place, text: string): Promise<string> {
  const object = await awaitReady(plane, 'AWSPCAIssuer', namespace, 'ca', ({ message }) => message.includes(text));
  return readyOf(object)?.message ?? '';
}

/** The controller goes on checking the issuers of other tests: only calls for this role count. */
async function callsFor(role: string, operation: string): Promise<CallRecord[]> {
  return (await aws.calls({ operation })).filter(({ parameters }) => parameters['RoleArn'] === role);
}

const exchanges = (role: string): Promise<CallRecord[]> => callsFor(role, 'AssumeRoleWithWebIdentity');

/** ServiceAccount `signer`, which role `signer` of the place's account trusts, and which the controller may use. */
async function createSigner(place: Place, audiences?: readonly string[]): Promise<string> {
  const { namespace, account } = place;
  await createServiceAccount(plane, namespace, 'signer');
  await grant(plane, controller.userName, namespace, tokenRule('signer'));
  return trustSigner(place, account, audiences);
}

async function trustSigner(place: Place, account: string, audiences?: readonly string[]): Promise<string> {
  const webIdentity = await trustIn(plane, { namespace: place.namespace, name: 'signer' }, audiences);
  return (await aws.createRole({ name: 'signer', account, webIdentity })).arn;
}

const serviceAccountRef = { name: 'signer' };

describe('a ServiceAccount of the issuer’s namespace', () => {
  test('credentials 12: its token is exchanged for the role without any signature', async () => {
    const place = await createPlace('federated');
    const role = await createSigner(place);
    await applyIssuer(place, { serviceAccountRef, role });
    expect((await isReady(place)).status?.identity).toEqual({
      arn: `arn:aws:sts::${place.account}:assumed-role/signer`,
      account: place.account,
      source: `role ${role} assumed with ServiceAccount ${place.namespace}/signer`,
    });
    const [exchange] = await exchanges(role);
    expect(exchange).not.toHaveProperty('accessKeyId');
    expect(exchange?.parameters).toMatchObject({ RoleArn: role, RoleSessionName: 'aws-privateca-issuer' });
    await createRequest(plane, { namespace: place.namespace, issuerRef: toIssuerRef('ca') }, 'first');
    await awaitRequest(plane, place.namespace, 'first', 'Issued');
    expect(await controller.log()).not.toMatch(/eyJ[\w-]{10,}\./);
  });

  test('credentials 13: ambient credentials that are allowed are not used', async () => {
    const { account, arn } = await createPlace('cluster');
    const place = { namespace: 'vault', account, arn };
    const role = await createSigner(place);
    await applyObject(plane, {
      apiVersion: 'awspca.cert-manager.io/v1beta1',
      kind: 'AWSPCAClusterIssuer',
      metadata: { name: 'federated' },
      spec: { arn, role, serviceAccountRef },
    });
    const issuer = await awaitReady(plane, 'AWSPCAClusterIssuer', '', 'federated', ({ status }) => status === 'True');
    expect(issuer.status?.identity).toMatchObject({ account });
    const callers = (await aws.calls()).map(({ identity }) => identity);
    expect(callers).not.toContain(aws.identity.arn);
  });

  test('credentials 30: one that is missing is waited for', async () => {
    const place = await createPlace('no-account');
    await grant(plane, controller.userName, place.namespace, tokenRule('signer'));
    const role = await trustSigner(place, place.account);
    await applyIssuer(place, { serviceAccountRef, role });
    await says(place, `ServiceAccount ${place.namespace}/signer: it does not exist. Create it`);
    await createServiceAccount(plane, place.namespace, 'signer');
    await isReady(place);
  });

  test('credentials 31: without RBAC the message is the rule to grant, and once it is granted all goes on', async () => {
    const place = await createPlace('no-rbac');
    await createServiceAccount(plane, place.namespace, 'signer');
    const role = await trustSigner(place, place.account);
    await applyIssuer(place, { serviceAccountRef, role });
    const message = await says(place, 'the controller may not create tokens for it');
    expect(message).toContain('RBAC verb create on serviceaccounts/token.');
    const [, rule = ''] = /with the rule - (\{.*\})$/.exec(message) ?? [];
    expect(rule).toBe(
      '{apiGroups: [""], resources: ["serviceaccounts/token"], resourceNames: ["signer"], verbs: ["create"]}',
    );
    await grant(plane, controller.userName, place.namespace, tokenRule('signer'));
    await isReady(place);
  });

  test('credentials 32: the audience is sts.amazonaws.com when none is named', async () => {
    const place = await createPlace('audience');
    const role = await createSigner(place);
    await applyIssuer(place, { serviceAccountRef, role });
    await isReady(place);
    expect((await exchanges(role)).at(-1)?.parameters['WebIdentityTokenClaims']).toMatchObject({
      aud: ['sts.amazonaws.com'],
      sub: `system:serviceaccount:${place.namespace}:signer`,
    });
  });

  test('credentials 33: the audiences are exactly those that are named', async () => {
    const place = await createPlace('audiences');
    const role = await createSigner(place);
    const audiences = ['one.example', 'two.example'];
    await applyIssuer(place, { serviceAccountRef: { name: 'signer', audiences }, role });
    expect(await says(place, 'AWS does not accept the token')).toContain(
      "IAM OIDC identity provider for the issuer of this cluster's tokens, with the audience one.example or two.example.",
    );
    expect((await exchanges(role)).at(-1)?.parameters['WebIdentityTokenClaims']).toMatchObject({ aud: audiences });
    await trustSigner(place, place.account, ['two.example']);
    await isReady(place);
  });

  test('credentials 34: a token is valid for 600 s and asked for anew whenever the session is', async () => {
    const place = await createPlace('renewed');
    const role = await createSigner(place);
    await applyIssuer(place, { serviceAccountRef, role });
    await isReady(place);
    const checks = (await aws.calls({ operation: 'DescribeCertificateAuthority' })).filter(
      ({ parameters }) => parameters['CertificateAuthorityArn'] === place.arn,
    );
    await aws.expireAccessKey({ accessKeyId: checks.at(-1)?.accessKeyId ?? '' });
    await createRequest(plane, { namespace: place.namespace, issuerRef: toIssuerRef('ca') }, 'renewed');
    await awaitRequest(plane, place.namespace, 'renewed', 'Issued');
    const made = (await exchanges(role)).map(({ parameters }) => parameters);
    expect(made.length).toBeGreaterThan(1);
    expect(new Set(made.map((parameters) => parameters['WebIdentityTokenSha256'])).size).toBe(made.length);
    for (const { WebIdentityTokenClaims: claims } of made) {
      const { iat, exp } = claims as { iat: number; exp: number };
      expect(exp - iat).toBe(600);
    }
    const asked = await plane.audit.list({
      user: controller.userName,
      subresource: 'token',
      namespace: place.namespace,
    });
    expect(asked.map(({ verb, status }) => [verb, status])).toEqual(made.map(() => ['create', 201]));
  });

  test('a role that does not trust it is named, and works once it does', async () => {
    const place = await createPlace('no-trust');
    const role = await createSigner(place);
    await aws.createRole({ name: 'signer', account: place.account });
    await applyIssuer(place, { serviceAccountRef, role });
    const message = await says(
      place,
      `role ${role} (spec.role) does not trust ServiceAccount ${place.namespace}/signer`,
    );
    expect(message).toContain(`sub system:serviceaccount:${place.namespace}:signer and aud sts.amazonaws.com`);
    await trustSigner(place, place.account);
    await isReady(place);
  });
});

describe('roles', () => {
  /** An issuer whose role trusts somebody else, and what it says. */
  async function createDistrusted(): Promise<{ place: Place; identity: Identity; role: string; message: string }> {
    const place = await createPlace('assumed');
    const { namespace, account } = place;
    const identity = await aws.createIdentity({ account });
    const trust = [`arn:aws:iam::${account}:user/somebody-else`];
    const { arn: role } = await aws.createRole({ name: 'assumed', account, trust });
    await applySecret(namespace, identity);
    await grant(plane, controller.userName, namespace, secretRule('aws'));
    await applyIssuer(place, { secretRef: { name: 'aws' }, role });
    return { place, identity, role, message: await says(place, 'unable to assume role: ') };
  }

  test('credentials 18: one that does not trust the credentials is waited for', async () => {
    const { place, identity, role, message } = await createDistrusted();
    expect(message).toContain(`role ${role} (spec.role) does not trust the identity of the issuer's credentials`);
    expect(message).toContain(`User: ${identity.arn} is not authorized to perform: sts:AssumeRole`);
    await aws.createRole({ name: 'assumed', account: place.account, trust: [identity.arn] });
    await isReady(place);
  });

  test('credentials 63: the same failure again, with another request id, changes nothing of the issuer', async () => {
    const { place, role } = await createDistrusted();
    const before = await readObject(plane, 'AWSPCAIssuer', place.namespace, 'ca');
    const tries = async (): Promise<number> => (await callsFor(role, 'AssumeRole')).length;
    const tried = await tries();
    await eventually(async () => (await tries()) > tried + 2, { what: 'it is tried again', timeoutMs: 180_000 });
    expect(await readObject(plane, 'AWSPCAIssuer', place.namespace, 'ca')).toEqual(before);
    const ids = (await callsFor(role, 'AssumeRole')).map(({ requestId }) => requestId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('a chain of roles through two accounts, each with its external ID and one session name', async () => {
    const place = await createPlace('chained');
    const hub = createAccount();
    await createServiceAccount(plane, place.namespace, 'signer');
    await grant(plane, controller.userName, place.namespace, tokenRule('signer'));
    const first = await trustSigner(place, hub);
    const second = await aws.createRole({ name: 'second', account: hub, trust: [first], externalId: 'hub-1' });
    const third = await aws.createRole({
      name: 'third',
      account: place.account,
      trust: [second.arn],
      externalId: 'ca-1',
    });
    const chain = (externalID: string): object => ({
      ...{ serviceAccountRef, role: first, roleSessionName: 'team@chained' },
      roleChain: [
        { role: second.arn, externalID: 'hub-1' },
        { role: third.arn, externalID },
      ],
    });
    await applyIssuer(place, chain('wrong'));
    await says(place, `role ${third.arn} (spec.roleChain[1].role) does not trust role ${second.arn}`);
    await applyIssuer(place, chain('ca-1'));
    expect((await isReady(place)).status?.identity).toEqual({
      arn: `arn:aws:sts::${place.account}:assumed-role/third`,
      account: place.account,
      source: expect.stringContaining(`role ${first} assumed with ServiceAccount ${place.namespace}/signer`),
    });
    const assumed = [...(await callsFor(second.arn, 'AssumeRole')), ...(await callsFor(third.arn, 'AssumeRole'))];
    const names = [...(await exchanges(first)), ...assumed].map(({ parameters }) => parameters['RoleSessionName']);
    expect(new Set(names)).toEqual(new Set(['team@chained']));
    const sent = assumed.map(({ parameters }) => parameters['ExternalId']);
    expect(new Set(sent)).toEqual(new Set(['hub-1', 'wrong', 'ca-1']));
    await createRequest(plane, { namespace: place.namespace, issuerRef: toIssuerRef('ca') }, 'chained');
    await awaitRequest(plane, place.namespace, 'chained', 'Issued');
  });
});

describe('a Secret', () => {
  test('credentials 21: without RBAC the message is the rule, then the Secret is waited for, and nothing is listed', async () => {
    const place = await createPlace('no-secret');
    const identity = await aws.createIdentity({ account: place.account });
    await applyIssuer(place, { secretRef: { name: 'aws' } });
    expect(await says(place, 'the controller may not read')).toMatch(
      /with the rule - \{apiGroups: \[""\], resources: \["secrets"\], resourceNames: \["aws"\], verbs: \["get"\]\}$/,
    );
    await grant(plane, controller.userName, place.namespace, secretRule('aws'));
    await says(place, `Secret ${place.namespace}/aws does not exist. Create it; it is looked for every few seconds.`);
    await applySecret(place.namespace, identity);
    expect((await isReady(place)).status?.identity).toMatchObject({ arn: identity.arn });
    const calls = await plane.audit.list({ user: controller.userName, resource: ['secrets', 'serviceaccounts'] });
    expect(calls.filter(({ verb }) => verb !== 'get' && verb !== 'create')).toEqual([]);
    expect(calls.every(({ name, namespace }) => name !== '' && namespace !== '')).toBe(true);
  });

  test('credentials 25: a cluster issuer’s is looked for in the cluster resource namespace alone', async () => {
    const { account, arn, namespace } = await createPlace('elsewhere');
    const [wanted, other] = [await aws.createIdentity({ account }), await aws.createIdentity({ account })];
    await applySecret('vault', wanted);
    await applySecret(namespace, other);
    await grant(plane, controller.userName, 'vault', secretRule('aws'));
    await applyObject(plane, {
      apiVersion: 'awspca.cert-manager.io/v1beta1',
      kind: 'AWSPCAClusterIssuer',
      metadata: { name: 'with-key' },
      spec: { arn, secretRef: { name: 'aws' } },
    });
    const issuer = await awaitReady(plane, 'AWSPCAClusterIssuer', '', 'with-key', ({ status }) => status === 'True');
    expect(issuer.status?.identity).toMatchObject({ arn: wanted.arn, source: 'Secret vault/aws' });
  });
});

describe('ambient credentials ask the cluster for nothing: no rule beyond the ClusterRole is granted here', () => {
  const issue = async (name: string, spec: object): Promise<TestObject> => {
    const namespace = await plane.createNamespace(name);
    const issuerRef = { ...toIssuerRef(name), kind: 'AWSPCAClusterIssuer' };
    await applyObject(plane, {
      apiVersion: 'awspca.cert-manager.io/v1beta1',
      kind: 'AWSPCAClusterIssuer',
      metadata: { name },
      spec,
    });
    await createRequest(plane, { namespace, issuerRef }, name);
    await awaitRequest(plane, namespace, name, 'Issued');
    return awaitReady(plane, 'AWSPCAClusterIssuer', '', name, ({ status }) => status === 'True');
  };

  test('on their own', async () => {
    const { arn } = await aws.createCertificateAuthority();
    const { status } = await issue('ambient', { arn });
    expect(status?.identity).toMatchObject({ arn: aws.identity.arn, source: 'ambient credentials of the controller' });
  });

  test('and a role on top of them', async () => {
    const account = createAccount();
    const { arn } = await aws.createCertificateAuthority({ account });
    const role = await aws.createRole({ account, name: 'on-top', trust: [aws.identity.arn] });
    const { status } = await issue('ambient-role', { arn, role: role.arn });
    expect(status?.identity).toMatchObject({ account, arn: `arn:aws:sts::${account}:assumed-role/on-top` });
  });
});

describe('regions', () => {
  // AWS_REGION of the controller is us-east-1.
  test.each([
    ['credentials 38: that of the issuer goes before AWS_REGION', { region: 'eu-west-1' }],
    ['credentials 39: that of the CA goes before AWS_REGION', {}],
  ])('%s', async (_, spec) => {
    const place = await createPlace('region', { region: 'eu-west-1' });
    await applySecret(place.namespace, await aws.createIdentity({ account: place.account }));
    await grant(plane, controller.userName, place.namespace, secretRule('aws'));
    await applyIssuer(place, { secretRef: { name: 'aws' }, ...spec });
    await isReady(place);
    const own = (await aws.calls()).filter(({ identity }) => identity?.includes(place.account));
    expect(own.map(({ operation, region }) => [operation, region])).toEqual([
      ['GetCallerIdentity', 'eu-west-1'],
      ['DescribeCertificateAuthority', 'eu-west-1'],
    ]);
  });
});

test('a tenant who tries what is not his is refused in words that he understands', async () => {
  const own = await createPlace('tenant');
  const other = await createPlace('neighbour');
  const { namespace, account } = own;
  await applySecret(other.namespace, await aws.createIdentity({ account: other.account }));
  const othersRole = await createSigner(other);
  await createSigner(own);
  // The role that trusts the controller itself, in the controller's account.
  const controllersRole = await aws.createRole({ name: 'controllers', trust: [aws.identity.arn] });
  const attempts: readonly (readonly [spec: object, words: string])[] = [
    [
      { secretRef: { name: 'aws', namespace: other.namespace } },
      `An AWSPCAIssuer uses no Secret of another namespace: leave the field out, and use a Secret in ${namespace}.`,
    ],
    [
      { serviceAccountRef: { name: 'signer', namespace: other.namespace }, role: othersRole },
      `An AWSPCAIssuer uses no ServiceAccount of another namespace: leave the field out, and use a ServiceAccount in ${namespace}.`,
    ],
    [{ role: `arn:aws:iam::${account}:role/signer` }, 'empty credentials; perhaps you meant to enable ambient'],
    [{ role: controllersRole.arn }, `spec.role ${controllersRole.arn} needs credentials that may assume it.`],
    [
      { serviceAccountRef, role: controllersRole.arn },
      `role ${controllersRole.arn} (spec.role) does not trust ServiceAccount ${namespace}/signer`,
    ],
    [
      { serviceAccountRef, role: othersRole },
      `role ${othersRole} (spec.role) does not trust ServiceAccount ${namespace}/signer`,
    ],
  ];
  for (const [spec, words] of attempts) {
    await plane.request('DELETE', pathOf('AWSPCAIssuer', namespace, 'ca'));
    await applyIssuer(own, spec);
    await says(own, words);
  }
  expect((await aws.calls()).filter(({ identity }) => identity === aws.identity.arn)).toEqual([]);
});

describe('nothing of a burst is lost or bought twice', () => {
  const count = 200;

  interface Burst {
    readonly names: readonly string[];
    readonly created: Promise<unknown>;
  }

  /** Returns when some are billed, however many of the others are there by then: so none of this ends too early. */
  async function begin(place: Place): Promise<Burst> {
    const names = Array.from({ length: count }, (_, index) => `burst-${index}`);
    const csr = createCsr();
    const tenant = { namespace: place.namespace, issuerRef: toIssuerRef('ca') };
    const created = Promise.all(names.map((name) => createRequest(plane, tenant, name, { csr })));
    await Promise.race([isBilled(10), created.then(() => isBilled(10))]);
    return { names, created };
  }

  const isBilled = (more: number): Promise<unknown> =>
    eventually(async () => (await aws.billed()).length >= more, { what: `${more} are billed`, everyMs: 5 });

  async function end(place: Place, { names, created }: Burst): Promise<void> {
    await created;
    for (const name of names) await awaitRequest(plane, place.namespace, name, 'Issued');
    const billed = await aws.billed();
    expect(billed).toHaveLength(count);
    expect(new Set(billed.map(({ token }) => token)).size).toBe(count);
  }

  test('when the session expires', async () => {
    const place = await createPlace('expiry', { issuingTimeMs: 200 });
    await applyIssuer(place, { serviceAccountRef, role: await createSigner(place) });
    await isReady(place);
    const burst = await begin(place);
    const [call] = await aws.calls({ operation: 'IssueCertificate' });
    await aws.expireAccessKey({ accessKeyId: call?.accessKeyId ?? '' });
    await end(place, burst);
    const keys = (await aws.calls({ operation: 'GetCertificate' })).map(({ accessKeyId }) => accessKeyId);
    expect(new Set(keys).size).toBeGreaterThan(1);
  });

  test('credentials 29: when the access key is rotated', async () => {
    const place = await createPlace('rotation', { issuingTimeMs: 200 });
    const old = await aws.createIdentity({ account: place.account });
    await applySecret(place.namespace, old);
    await grant(plane, controller.userName, place.namespace, secretRule('aws'));
    await applyIssuer(place, { secretRef: { name: 'aws' } });
    await isReady(place);
    const burst = await begin(place);
    await applySecret(place.namespace, await aws.createAccessKey({ arn: old.arn }));
    await aws.deleteAccessKey({ accessKeyId: old.accessKeyId });
    await end(place, burst);
  });

  test('when the controller is killed', async () => {
    const place = await createPlace('killed', { issuingTimeMs: 200 });
    await applyIssuer(place, { serviceAccountRef, role: await createSigner(place) });
    await isReady(place);
    const burst = await begin(place);
    controller.process.signal('SIGKILL');
    await controller.process.exited;
    await start();
    await end(place, burst);
  });
});
