import { expect, test } from '@jest/globals';
import type { Issuer } from '../../api/awspca.ts';
import type { KubeClient } from '../../kube/client.ts';
import { ApiError } from '../../kube/errors.ts';
import { clusterIssuer, withIssuerSpec, withMetadata } from '../../../test/support/builders.ts';
import { acmFinalizer } from '../acm-issuers/finalizer.ts';
import { dispatchIssuers } from './dispatch-issuers.ts';

const context = {} as never;
const acmSpec = withIssuerSpec({ arn: undefined, acm: { endpoint: { managed: {} } } });

function open(issuer: Issuer | undefined, refusal?: Error) {
  const done: string[] = [];
  const told = (name: string) => ({
    reconcile: () => {
      done.push(`${name} reconciles`);
      return Promise.resolve({});
    },
    forget: () => void done.push(`${name} forgets`),
    reportFault: () => void done.push(`${name} hears of a fault`),
  });
  const client = {
    patch: (_: unknown, __: unknown, { body }: { readonly body: object }) => {
      done.push(`patched ${JSON.stringify(body)}`);
      if (refusal) return Promise.reject(refusal);
      return Promise.resolve(issuer);
    },
  } as unknown as KubeClient;
  const writer = { warn: (_: Issuer, reason: string, note: string) => void done.push(`warned ${reason}: ${note}`) };
  const pcaAndAcm = { pca: told('pca'), acm: told('acm') };
  const reconciler = dispatchIssuers({ client, writer, findIssuer: () => issuer, ...pcaAndAcm });
  return { reconciler, done };
}

test.each([
  ['with spec.acm', clusterIssuer('i', acmSpec), ['pca forgets', 'acm reconciles']],
  ['with spec.arn', clusterIssuer('i'), ['acm forgets', 'pca reconciles']],
  ['that is gone', undefined, ['acm forgets', 'pca reconciles']],
])('an issuer %s', async (_, issuer, expected) => {
  const { reconciler, done } = open(issuer);
  await reconciler.reconcile('key', context);
  expect(done).toEqual(expected);
});

test('one that had spec.acm loses its finalizer, and no other', async () => {
  const { reconciler, done } = open(clusterIssuer('i', withMetadata({ finalizers: ['other', acmFinalizer] })));
  await reconciler.reconcile('key', context);
  expect(done[1]).toBe('patched {"metadata":{"uid":"uid-of-i","resourceVersion":"1","finalizers":["other"]}}');
  expect(done[2]).toBe('pca reconciles');
});

test('a finalizer that may not be taken away is told of, with the rule, and does not keep the issuer from its work', async () => {
  const refusal = new ApiError({ code: 403, reason: 'Forbidden', message: '' });
  const { reconciler, done } = open(clusterIssuer('i', withMetadata({ finalizers: [acmFinalizer] })), refusal);
  await reconciler.reconcile('key', context);
  expect(done[2]).toMatch(
    /^warned FinalizerStays: The finalizer awspca\.cert-manager\.io\/acm .* may not take it away.*patch/,
  );
  expect(done[3]).toBe('pca reconciles');
});

test('a fault is told to both: only one of them knows the issuer', () => {
  const { reconciler, done } = open(undefined);
  reconciler.reportFault('key', false);
  expect(done).toEqual(['pca hears of a fault', 'acm hears of a fault']);
});
