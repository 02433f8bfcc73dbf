import { randomUUID } from 'node:crypto';
import { accountUrl } from '../acm/accounts.ts';
import type { AcmCertificate } from '../acm/certificates/certificate.ts';
import type { Leaf } from '../acm/public-authority.ts';
import type { AcmeAccount, AcmeEndpoint } from '../acm/state.ts';
import type { Csr } from '../x509/csr.ts';
import type { KeyAlgorithm } from '../model.ts';
import { acceptedKeyOf, familyOf } from '../x509/keys.ts';
import { toPem } from '../x509/pem.ts';
import { namesOf } from './csr-names.ts';
import type { AcmeState, IssuedCertificate, Order } from './state.ts';

const VALIDITY_DAYS = 45;
const LONGEST_COMMON_NAME = 64;

export interface Issuance {
  readonly state: AcmeState;
  readonly order: Order;
  readonly account: AcmeAccount;
  readonly endpoint: AcmeEndpoint;
}

/** Signs what an order asks for, and keeps it where the protocol, ACM and tests find it. The order is `valid` then. */
export async function issue(issuance: Issuance): Promise<void> {
  const { state, order } = issuance;
  const { csr } = order;
  if (!csr) throw new Error('an order in process has a CSR');
  const keyAlgorithm = keyAlgorithmOf(csr);
  const commonName = commonNameOf(order, csr);
  const leaf = await state.acm.authority.sign({
    names: order.names,
    publicKeyInfo: csr.publicKeyInfo,
    family: familyOf(keyAlgorithm) === 'RSA' ? 'RSA' : 'ECDSA',
    commonName,
    validityDays: VALIDITY_DAYS,
  });
  const { partition, account: owner, region } = issuance.endpoint;
  const arn = `arn:${partition}:acm:${region}:${owner}:certificate/${randomUUID()}`;
  const issued = forProtocol(issuance, arn, leaf);
  state.certificates.set(issued.id, issued);
  state.acm.certificates.set(arn, forAcm(issuance, { arn, leaf, keyAlgorithm, commonName }));
  recordIssuance(issuance, arn, leaf, csr);
  order.certificateId = issued.id;
  order.status = 'valid';
}

function keyAlgorithmOf({ publicKey }: Csr): KeyAlgorithm {
  const algorithm = acceptedKeyOf(publicKey);
  if (algorithm === undefined) throw new Error('the key of the CSR was looked at when the order was finalized');
  return algorithm as KeyAlgorithm;
}

function commonNameOf({ names }: Order, csr: Csr): string | undefined {
  return namesOf(csr).commonName ?? names.find((name) => name.length <= LONGEST_COMMON_NAME);
}

function forProtocol({ order, account, endpoint }: Issuance, arn: string, leaf: Leaf): IssuedCertificate {
  const { certificate, chainPem } = leaf;
  const owner = { endpointArn: endpoint.arn, accountId: account.id, roleArn: account.roleArn };
  return { id: randomUUID(), ...owner, arn, names: order.names, certificate, chainPem };
}

interface Signed {
  readonly arn: string;
  readonly leaf: Leaf;
  readonly keyAlgorithm: KeyAlgorithm;
  readonly commonName: string | undefined;
}

function forAcm(
  { state, order, account, endpoint }: Issuance,
  { arn, leaf, keyAlgorithm, commonName }: Signed,
): AcmCertificate {
  const { serial, issuer, notBefore, notAfter, chainPem, certificate } = leaf;
  const subject = commonName === undefined ? '' : `CN=${commonName}`;
  return {
    ...{ arn, account: endpoint.account, region: endpoint.region, type: 'AMAZON_ISSUED', origin: 'ACME' },
    createdAt: order.createdAt,
    tags: new Map(endpoint.certificateTags),
    exportOption: 'ENABLED',
    certificateAuthorityArn: undefined,
    acmeEndpointArn: endpoint.arn,
    acmeAccountId: account.id,
    domainName: commonName ?? order.names[0] ?? '',
    ...{ proofs: [], names: order.names, keyAlgorithm, status: 'ISSUED' },
    issued: {
      serial,
      subject,
      issuer,
      notBefore,
      notAfter,
      chainPem,
      certificatePem: toPem('CERTIFICATE', certificate),
    },
    issuedAt: state.acm.times.clock.now(),
    ...{ failureReason: undefined, importedAt: undefined, revokedAt: undefined, inUseBy: [], issuing: undefined },
  };
}

function recordIssuance({ state, order, account, endpoint }: Issuance, arn: string, leaf: Leaf, csr: Csr): void {
  const { acm } = state;
  acm.recorder.recordPublicCertificate({
    ...{ certificateArn: arn, kind: 'ACME', names: order.names, serial: leaf.serial },
    ...{ account: endpoint.account, region: endpoint.region, time: acm.times.clock.now() },
    csrSha256: csr.sha256,
    acmeEndpointArn: endpoint.arn,
    accountUrl: accountUrl(acm, account),
    orderUrl: `${acm.origin}/acme/${endpoint.id}/order/${order.id}`,
  });
}
