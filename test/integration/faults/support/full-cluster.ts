import type { ClusterAccess } from '../../../cluster/access/cluster-access.ts';
import { pathOf } from '../../support/shared-issuer.ts';
import { anyCsr, issuerRef } from './approved-requests.ts';

const namespace = 'default';
const together = 50;

/** About what a request holds when it is done: a leaf and one intermediate. */
const chain = Buffer.from(`-----BEGIN CERTIFICATE-----\n${'A'.repeat(2600)}\n-----END CERTIFICATE-----\n`).toString(
  'base64',
);

async function inBatches(prefix: string, count: number, create: (name: string) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < count; start += together) {
    const size = Math.min(together, count - start);
    await Promise.all(Array.from({ length: size }, (_, index) => create(`${prefix}-${start + index}`)));
  }
}

function createBare(plane: ClusterAccess, name: string, ref: object): Promise<unknown> {
  const body = {
    ...{ apiVersion: 'cert-manager.io/v1', kind: 'CertificateRequest', metadata: { name, namespace } },
    spec: { request: Buffer.from(anyCsr()).toString('base64'), issuerRef: ref },
  };
  return plane.demand('POST', pathOf('CertificateRequest', namespace), { body });
}

/** Requests of our group that were signed long ago. */
export const createFinished = (plane: ClusterAccess, prefix: string, count: number): Promise<void> =>
  inBatches(prefix, count, async (name) => {
    await createBare(plane, name, issuerRef);
    const lastTransitionTime = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    const condition = (type: string, reason: string) => ({
      type,
      status: 'True',
      reason,
      message: reason,
      lastTransitionTime,
    });
    const conditions = [condition('Approved', 'Test'), condition('Ready', 'Issued')];
    await plane.demand('PATCH', `${pathOf('CertificateRequest', namespace, name)}/status`, {
      body: { status: { conditions, certificate: chain, ca: chain } },
      contentType: 'application/merge-patch+json',
    });
  });

/** Requests that other issuers are asked for. */
export const createForeign = (plane: ClusterAccess, prefix: string, count: number): Promise<void> =>
  inBatches(prefix, count, (name) =>
    createBare(plane, name, { group: 'cert-manager.io', kind: 'ClusterIssuer', name: 'somebody' }),
  );

/** Secrets of the size of a TLS Secret. */
export const createSecrets = (plane: ClusterAccess, prefix: string, count: number): Promise<void> =>
  inBatches(prefix, count, (name) => {
    const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name }, data: { 'tls.crt': chain, 'tls.key': chain } };
    return plane.demand('POST', pathOf('Secret', namespace), { body });
  });
