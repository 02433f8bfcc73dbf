import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { errorTable } from '../../src/aws/consequences.ts';
import type { Authority, Identity } from '../aws/index.ts';
import { eventually } from '../cluster/wait.ts';
import {
  codeRows,
  type ErrorRow,
  faultMessage,
  lastingRows,
  networkRows,
  type Position,
  unstable,
} from './support/error-rows.ts';
import { createCsr, createRequest } from './support/requests.ts';
import {
  applyObject,
  awaitReady,
  createAccount,
  pathOf,
  readObject,
  readyOf,
  sharedIssuer,
  type TestObject,
  toIssuerRef,
} from './support/shared-issuer.ts';

/*
 * Every row has an account, a CA, an identity, an issuer and a request of its own, so that all of them run side by side
 * under one controller: what waits a minute waits beside the others. All is set in motion first; then each row is awaited.
 */
const issuer = sharedIssuer();
const { plane, aws } = issuer;
// Guards against hanging.
const patienceMs = 240_000;
jest.setTimeout(600_000);

let namespace: string;
const csr = createCsr();

interface Scene {
  readonly name: string;
  readonly account: string;
  readonly identity: Identity;
  readonly authority: Authority;
}

/** What a row met, by its request's name. */
const scenes = new Map<string, Scene>();

async function prepare(name: string, spec: object = {}): Promise<Scene> {
  const account = createAccount();
  const identity = await aws.createIdentity({ account });
  const authority = await aws.createCertificateAuthority({ account });
  await applyObject(plane, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    stringData: { AWS_ACCESS_KEY_ID: identity.accessKeyId, AWS_SECRET_ACCESS_KEY: identity.secretAccessKey },
  });
  await applyObject(plane, {
    apiVersion: 'awspca.cert-manager.io/v1beta1',
    kind: 'AWSPCAIssuer',
    metadata: { name, namespace },
    spec: { arn: authority.arn, secretRef: { name }, ...spec },
  });
  const scene = { name, account, identity, authority };
  scenes.set(name, scene);
  return scene;
}

const request = (name: string): Promise<TestObject> =>
  createRequest(plane, { namespace, issuerRef: toIssuerRef(name) }, name, { csr });

const awaitIssuer = (name: string, reason: string): Promise<TestObject> =>
  awaitReady(plane, 'AWSPCAIssuer', namespace, name, (condition) => condition.reason === reason, patienceMs);

const isOver = ({ reason }: { readonly reason: string }): boolean => reason === 'Issued' || reason === 'Failed';
const awaitEnd = (name: string): Promise<TestObject> =>
  awaitReady(plane, 'CertificateRequest', namespace, name, isOver, patienceMs);

/** Everything that was called, billed and told so far, read once for a number of rows. */
interface Records {
  readonly calls: (scene: Scene, operation: string) => number;
  readonly bills: (scene: Scene) => number;
}

async function readRecords(): Promise<Records> {
  const [calls, billed] = await Promise.all([aws.calls(), aws.billed()]);
  return {
    calls: ({ identity }, operation) =>
      calls.filter((call) => call.operation === operation && call.identity === identity.arn).length,
    bills: ({ authority }) => billed.filter((bill) => bill.certificateAuthorityArn === authority.arn).length,
  };
}

interface KubeEvent {
  readonly regarding: { readonly name: string; readonly kind: string };
  readonly type: string;
  readonly reason: string;
  readonly note: string;
}

/** Events of the controller about a row's request or issuer. */
async function eventsOf(kind: string, name: string): Promise<KubeEvent[]> {
  const selector = `fieldSelector=${encodeURIComponent(`regarding.name=${name},regarding.kind=${kind}`)}`;
  const { items } = (await plane.demand('GET', `${pathOf('Event', namespace)}?${selector}`)) as { items: KubeEvent[] };
  return items.filter(({ regarding }) => regarding.kind === kind && regarding.name === name);
}

const awaitEvent = (kind: string, name: string, reason: string): Promise<KubeEvent> =>
  eventually(async () => (await eventsOf(kind, name)).find((event) => event.reason === reason), {
    what: `event ${reason} about ${kind} ${name}`,
  });

const inChunks = async <T>(items: readonly T[], size: number, act: (item: T) => Promise<unknown>): Promise<void> => {
  for (let start = 0; start < items.length; start += size) await Promise.all(items.slice(start, start + size).map(act));
};

const positions = ['first', 'last'] as const;
const rowsAt = (position: Position): [string, ErrorRow][] => [
  ...codeRows(position).map((row, index): [string, ErrorRow] => [`code-${position}-${index}`, row]),
  ...lastingRows(position).map((row, index): [string, ErrorRow] => [`lasting-${position}-${index}`, row]),
  ...networkRows(position).map((row, index): [string, ErrorRow] => [`network-${position}-${index}`, row]),
];
const rows: Record<Position, [string, ErrorRow][]> = { first: rowsAt('first'), last: rowsAt('last') };

/** What an STS operation answers before an issuer can be Ready. */
const roleCodes = [
  ...Object.keys(errorTable).filter((code) => errorTable[code]?.origin === 'sts'),
  ...['AccessDenied', 'ExpiredTokenException', 'InvalidClientTokenId', 'SignatureDoesNotMatch', 'ValidationError'],
  ...['Throttling', 'ServiceUnavailable', 'InternalFailure', 'OptInRequired'],
].map((code, index) => [code, `role-${index}`] as const);

/** Faults of the issuer: what signing meets, the checks that follow meet too, until it is lifted. */
const issuerFaults = [
  ['AccessDeniedException', 'AccessDenied'],
  ['UnrecognizedClientException', 'CredentialsRefused'],
  ['ExpiredTokenException', 'CredentialsRefused'],
  ['ResourceNotFoundException', 'CertificateAuthorityNotFound'],
] as const;
const issuerName = (code: string): string => `issuer-${code.toLowerCase()}`;

beforeAll(async () => {
  namespace = await plane.createNamespace('errors');
  const signing = positions.flatMap((position) => rows[position]);
  const faulty = issuerFaults.map(([code]) => issuerName(code));
  await inChunks([...signing.map(([name]) => name), ...faulty, 'disabled'], 16, (name) => prepare(name));
  await inChunks(roleCodes, 16, async ([code, name]) => {
    const account = createAccount();
    const role = await aws.createRole({ name, account, trust: ['*'] });
    const roleArn = role.arn;
    await aws.failNext({ operation: 'AssumeRole', roleArn, code, message: faultMessage, count: 1000 });
    const authority = await aws.createCertificateAuthority({ account });
    await prepare(name, { role: roleArn, arn: authority.arn });
    await request(name);
    // The request may be approved later than the issuer is checked again: the fault lasts until it was met by both.
    await awaitFault(name);
    await aws.clearFaults({ roleArn });
  });
  await inChunks(signing, 16, async ([name, { fault }]) => {
    await awaitIssuer(name, 'Verified');
    const { authority } = scenes.get(name) as Scene;
    await aws.failNext({ ...fault, certificateAuthorityArn: authority.arn });
    await request(name);
  });
  await inChunks(issuerFaults, 16, async ([code]) => {
    const name = issuerName(code);
    await awaitIssuer(name, 'Verified');
    const { authority } = scenes.get(name) as Scene;
    const fault = { code, message: faultMessage, certificateAuthorityArn: authority.arn, count: 1000 };
    await aws.failNext({ ...fault, operation: '*' });
    await request(name);
  });
  await awaitIssuer('disabled', 'Verified');
  const { authority } = scenes.get('disabled') as Scene;
  await aws.updateCertificateAuthority({ arn: authority.arn, status: 'DISABLED' });
  await request('disabled');
});
afterAll(() => plane.close());

describe.each(positions)('once as the %s answer of an issuance', (position) => {
  test.each(rows[position].map(([name, row]) => [row.label, name, row] as const))('%s', async (_, name, row) => {
    const scene = scenes.get(name) as Scene;
    const over = awaitEnd(name);
    // What is said while it waits, or as the last word, is an event too.
    if (row.message && row.end === 'Issued') {
      const { note, type } = await awaitEvent('CertificateRequest', name, 'Pending');
      expect(note).toMatch(row.message);
      expect(note).not.toMatch(unstable);
      expect(type).toBe('Normal');
    }
    const ended = await over;
    const condition = readyOf(ended);
    expect(condition?.reason).toBe(row.end);
    const { calls, bills } = await readRecords();
    expect({
      issueCalls: calls(scene, 'IssueCertificate'),
      getCalls: calls(scene, 'GetCertificate'),
      bills: bills(scene),
    }).toEqual({ issueCalls: row.issueCalls, getCalls: row.getCalls, bills: row.bills });
    const last = await awaitEvent('CertificateRequest', name, row.end);
    expect(last.type).toBe(row.end === 'Failed' ? 'Warning' : 'Normal');
    if (row.end === 'Failed') {
      expect(ended.status?.failureTime).toBeDefined();
      expect(condition?.message).toMatch(row.message ?? /^$/);
      expect(condition?.message).not.toMatch(unstable);
    }
    // A fault that one request met never turned its issuer. Events travel side by side: the first is not the first to come.
    await awaitEvent('AWSPCAIssuer', name, 'Verified');
    const reasons = (await eventsOf('AWSPCAIssuer', name)).map(({ reason }) => reason);
    expect(reasons).toEqual(['Verified']);
    const found = await readObject(plane, 'AWSPCAIssuer', namespace, name);
    expect(readyOf(found)).toMatchObject({ status: 'True', reason: 'Verified' });
  });
});

/** Waits until the issuer says that it is not Ready, and its request that it waits for that. Returns what the issuer said. */
async function awaitFault(name: string): Promise<KubeEvent> {
  const turned = await eventually(
    async () => (await eventsOf('AWSPCAIssuer', name)).find(({ type }) => type === 'Warning'),
    { what: `${name} is not Ready` },
  );
  const isSaid = ({ note }: KubeEvent): boolean =>
    note.startsWith('issuer is not ready') && !note.includes('(being verified)');
  await eventually(async () => (await eventsOf('CertificateRequest', name)).some(isSaid), {
    what: `${name} says that its issuer is not ready`,
  });
  return turned;
}

/** Returns what the issuer said while it was not Ready. */
async function awaitRecovery(name: string, recover: () => Promise<unknown>): Promise<KubeEvent> {
  const turned = await awaitFault(name);
  expect(turned.note).not.toMatch(unstable);
  await recover();
  await awaitIssuer(name, 'Verified');
  expect(readyOf(await awaitEnd(name))?.reason).toBe('Issued');
  return turned;
}

async function expectOneBill(scene: Scene): Promise<void> {
  const { calls, bills } = await readRecords();
  expect(bills(scene)).toBe(1);
  // The delay grows while the check that follows from the first refusal is awaited.
  expect(calls(scene, 'IssueCertificate')).toBeLessThan(8);
}

describe('as the answer to AssumeRole, before the first check: the issuer says so, and its requests wait', () => {
  test.each(roleCodes)('%s', async (code, name) => {
    const { note } = await awaitRecovery(name, async () => undefined);
    expect(note).toContain(code);
  });
});

describe('as the fault of an issuer: it is not Ready, its requests wait, and are woken when it recovers', () => {
  test.each(issuerFaults)('%s: %s', async (code, reason) => {
    const scene = scenes.get(issuerName(code)) as Scene;
    const { arn: certificateAuthorityArn } = scene.authority;
    const turned = await awaitRecovery(scene.name, () => aws.clearFaults({ certificateAuthorityArn }));
    expect(turned.reason).toBe(reason);
    await expectOneBill(scene);
  });

  test('a CA that was disabled', async () => {
    const scene = scenes.get('disabled') as Scene;
    const { arn } = scene.authority;
    const turned = await awaitRecovery('disabled', () => aws.updateCertificateAuthority({ arn, status: 'ACTIVE' }));
    expect(turned.reason).toBe('CertificateAuthorityDisabled');
    expect(turned.note).toContain('Enable it, or name another CA in spec.arn.');
    await expectOneBill(scene);
  });
});
