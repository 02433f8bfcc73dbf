import { randomUUID } from 'node:crypto';
import { accountUrl } from '../acm/accounts.ts';
import { isRecordThere, validationsOf } from '../acm/validation-state.ts';
import { acceptedKeyOf, familyOf } from '../x509/keys.ts';
import { toPem } from '../x509/pem.ts';
import type { KeyAlgorithm } from '../model.ts';
import type { AcmeAccount, AcmeEndpoint } from '../acm/state.ts';
import { covers } from './coverage.ts';
import { namesOf } from './csr-names.ts';
import { typeUrn, type Problem } from './problems.ts';
import type { AcmeState, Order } from './state.ts';

const VALIDITY_DAYS = 45;
const LONGEST_COMMON_NAME = 64;

/** Moves an order on to where the clock has it: out of processing, or past its end. */
export async function settleOrder(state: AcmeState, order: Order): Promise<void> {
  const now = state.acm.times.clock.now();
  if (order.status === 'processing' && order.doneAt !== undefined && order.doneAt <= now) {
    order.completion ??= complete(state, order);
    await order.completion;
  }
  if (order.status === 'ready' && order.expiresAt <= now) {
    fail(order, { type: typeUrn('malformed'), detail: 'The order has expired.' });
  }
}

/** The same for all orders: certificates are issued also when nobody asks for them. */
export async function settleOrders(state: AcmeState): Promise<void> {
  for (const order of state.orders.values()) await settleOrder(state, order);
}

async function complete(state: AcmeState, order: Order): Promise<void> {
  const account = state.acm.accounts.get(order.accountId);
  const endpoint = state.acm.endpoints.get(order.endpointArn);
  const failure = takeFailure(state, order) ?? missingRecord(state, order);
  if (failure) fail(order, failure);
  else if (account && endpoint) await issue(state, order, account, endpoint);
  else fail(order, { type: typeUrn('serverInternal'), detail: 'The endpoint is gone.' });
}

function fail(order: Order, error: Problem): void {
  order.status = 'invalid';
  order.error = error;
}

function takeFailure({ failures }: AcmeState, order: Order): Problem | undefined {
  const standing = failures.find(
    ({ failure, left }) => left > 0 && (failure.acmeEndpointArn ?? order.endpointArn) === order.endpointArn,
  );
  if (!standing) return undefined;
  standing.left -= 1;
  const { type, detail = `Ordered failure: ${type}` } = standing.failure;
  return { type: typeUrn(type), detail };
}

/** ACM looks for the CNAME again at each issuance. */
function missingRecord({ acm }: AcmeState, order: Order): Problem | undefined {
  const validations = validationsOf(acm, order.endpointArn);
  for (const value of order.names) {
    const covering = validations.filter((validation) => covers(validation, value, acm.settings));
    if (covering.some(({ record }) => isRecordThere(acm, record))) continue;
    const name = covering[0]?.record.name;
    const what = name === undefined ? 'no domain validation covers it any more' : `the CNAME record ${name} is missing`;
    return { type: typeUrn('dns'), detail: `Domain validation failed for ${value}: ${what}.` };
  }
  return undefined;
}

async function issue(state: AcmeState, order: Order, account: AcmeAccount, endpoint: AcmeEndpoint): Promise<void> {
  const { acm } = state;
  const { csr, names } = order;
  if (!csr) throw new Error('an order in process has a CSR');
  const keyAlgorithm = acceptedKeyOf(csr.publicKey) as KeyAlgorithm;
  const family = familyOf(keyAlgorithm) === 'RSA' ? 'RSA' : 'ECDSA';
  const commonName = namesOf(csr).commonName ?? names.find((name) => name.length <= LONGEST_COMMON_NAME);
  const { publicKeyInfo } = csr;
  const leaf = await acm.authority.sign({ names, publicKeyInfo, family, commonName, validityDays: VALIDITY_DAYS });
  const { partition, account: owner, region } = endpoint;
  const arn = `arn:${partition}:acm:${region}:${owner}:certificate/${randomUUID()}`;
  const id = randomUUID();
  const now = acm.times.clock.now();
  const { certificate, chainPem } = leaf;
  const kept = { id, endpointArn: endpoint.arn, accountId: account.id, roleArn: account.roleArn, arn, names };
  state.certificates.set(id, { ...kept, certificate, chainPem });
  const firstName = names[0] ?? '';
  acm.certificates.set(arn, {
    ...{ arn, account: owner, region, type: 'AMAZON_ISSUED', origin: 'ACME', createdAt: order.createdAt },
    tags: new Map(endpoint.certificateTags),
    exportOption: 'ENABLED',
    certificateAuthorityArn: undefined,
    acmeEndpointArn: endpoint.arn,
    acmeAccountId: account.id,
    ...{ proofs: [], domainName: commonName ?? firstName, names, keyAlgorithm, status: 'ISSUED' },
    issued: {
      ...{ serial: leaf.serial, subject: commonName === undefined ? '' : `CN=${commonName}`, issuer: leaf.issuer },
      ...{ notBefore: leaf.notBefore, notAfter: leaf.notAfter, chainPem },
      certificatePem: toPem('CERTIFICATE', certificate),
    },
    ...{
      issuedAt: now,
      failureReason: undefined,
      importedAt: undefined,
      revokedAt: undefined,
      inUseBy: [],
      issuing: undefined,
    },
  });
  acm.recorder.recordPublicCertificate({
    ...{ certificateArn: arn, kind: 'ACME', names, serial: leaf.serial, account: owner, region, time: now },
    csrSha256: csr.sha256,
    acmeEndpointArn: endpoint.arn,
    accountUrl: accountUrl(acm, account),
    orderUrl: `${acm.origin}/acme/${endpoint.id}/order/${order.id}`,
  });
  order.certificateId = id;
  order.status = 'valid';
}
