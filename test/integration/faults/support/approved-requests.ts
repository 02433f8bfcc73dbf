import { createHash, X509Certificate } from 'node:crypto';
import type { AwsStandIn, BilledCertificate } from '../../../aws/index.ts';
import type { ClusterAccess } from '../../../cluster/access/cluster-access.ts';
import { eventually } from '../../../cluster/wait.ts';
import { createCsr, decode } from '../../support/requests.ts';
import { pathOf, readyOf, type TestObject } from '../../support/shared-issuer.ts';

const namespace = 'default';
export const issuerRef = { group: 'awspca.cert-manager.io', kind: 'AWSPCAClusterIssuer', name: 'ca' };
let shared: string | undefined;
/** One CSR for all: openssl is slow, and requests are told apart by their uid. */
export const anyCsr = (): string => (shared ??= createCsr());

export interface ApprovedRequestOptions {
  readonly approvedAgoMs?: number;
  readonly csr?: string;
}

/** Creates a CertificateRequest and approves it, as cert-manager's approver would. */
export async function createApproved(
  plane: ClusterAccess,
  name: string,
  { approvedAgoMs = 0, csr = anyCsr() }: ApprovedRequestOptions = {},
): Promise<TestObject> {
  const body = {
    ...{ apiVersion: 'cert-manager.io/v1', kind: 'CertificateRequest', metadata: { name, namespace } },
    spec: { request: Buffer.from(csr).toString('base64'), issuerRef },
  };
  await plane.demand('POST', pathOf('CertificateRequest', namespace), { body });
  return approve(plane, name, approvedAgoMs);
}

export async function approve(plane: ClusterAccess, name: string, agoMs = 0): Promise<TestObject> {
  const lastTransitionTime = new Date(Date.now() - agoMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const condition = { type: 'Approved', status: 'True', reason: 'Test', message: 'Approved.', lastTransitionTime };
  const path = `${pathOf('CertificateRequest', namespace, name)}/status`;
  const options = { body: { status: { conditions: [condition] } }, contentType: 'application/merge-patch+json' };
  return (await plane.demand('PATCH', path, options)) as TestObject;
}

/** `together` at a time, so that the test is not what the API server breaks under. */
export async function createManyApproved(plane: ClusterAccess, names: readonly string[], together = 25): Promise<void> {
  for (let start = 0; start < names.length; start += together)
    await Promise.all(names.slice(start, start + together).map((name) => createApproved(plane, name)));
}

export const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

export async function listRequests(plane: ClusterAccess): Promise<TestObject[]> {
  return ((await plane.demand('GET', pathOf('CertificateRequest', namespace))) as { items: TestObject[] }).items;
}

/** Waits until every one of these requests is issued; says which are not. */
export async function awaitAllIssued(
  plane: ClusterAccess,
  names: readonly string[],
  timeoutMs = 90_000,
): Promise<TestObject[]> {
  let open = '';
  const probe = async (): Promise<TestObject[] | false> => {
    // The API server may be one of the things that were broken.
    const all = await listRequests(plane).catch(() => []);
    const found = names.map((name) => all.find(({ metadata }) => metadata.name === name));
    const waiting = names.filter((_, index) => readyOf(found[index])?.reason !== 'Issued');
    open = waiting.slice(0, 5).join(', ');
    return waiting.length === 0 && found.filter((request) => request !== undefined);
  };
  return eventually(probe, { what: 'all are issued', timeoutMs, everyMs: 100 }).catch((cause: unknown) => {
    throw new Error(`not issued: ${open} …`, { cause });
  });
}

/** What a request got, without what differs from run to run. */
export function describeIssued(request: TestObject, billed: readonly BilledCertificate[]): object {
  const { status, metadata } = request;
  const arn = metadata.annotations?.['aws-privateca-issuer/certificate-arn'];
  const { serialNumber } = new X509Certificate(decode(status?.certificate));
  const own = billed.filter((bill) => bill.serial.toUpperCase().padStart(40, '0') === serialNumber.padStart(40, '0'));
  const { reason, message, status: ready } = readyOf(request) ?? {};
  return {
    ...{ ready, reason, message, failureTime: status?.failureTime },
    ca: createHash('sha256').update(decode(status?.ca)).digest('hex'),
    hasOwnArn: own.length === 1 && own[0]?.certificateArn === arn,
  };
}

/** Each of these requests was billed one certificate, the one that it has. */
export async function billedOnce(aws: AwsStandIn, requests: readonly TestObject[]): Promise<Record<string, number>> {
  const billed = await aws.billed();
  const countOf = (request: TestObject): number => {
    const { serialNumber } = new X509Certificate(decode(request.status?.certificate));
    return billed.filter(({ serial }) => BigInt(`0x${serial}`) === BigInt(`0x${serialNumber}`)).length;
  };
  return { certificates: billed.length, held: requests.filter((request) => countOf(request) === 1).length };
}
