import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Issuer } from '../../api/awspca.ts';
import type { CertificateRequest } from '../../api/certificate-request.ts';
import type { InformerHandler, Store } from '../../kube/informer.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { AddOptions } from '../../runtime/work-queue.ts';
import {
  approved,
  certificateRequest,
  clusterIssuer,
  issuer,
  withAnnotations,
  withIssuer,
  withIssuerReady,
  withMetadata,
  withReady,
  withRequestStatus,
} from '../../../test/support/builders.ts';
import { connectRequestController, issuerIndex, requestWatch } from './request-controller.ts';

const open = certificateRequest('open', approved(), withAnnotations({ a: 'b' }), withReady('False', 'Pending', 'why'));
const finished = certificateRequest(
  'finished',
  approved(),
  withReady('True', 'Issued', 'certificate issued'),
  withRequestStatus({ certificate: 'AAAA', ca: 'BBBB' }),
  withMetadata({ annotations: { a: 'b' }, labels: { c: 'd' } }),
);

test.each<[string, CertificateRequest, boolean]>([
  ['an open request', open, true],
  ['one that waits for its approval', certificateRequest('new'), true],
  ['a signed one', finished, false],
  ['a failed one', certificateRequest('f', approved(), withReady('False', 'Failed', 'why')), false],
  ['a denied one', certificateRequest('d', withReady('False', 'Denied', 'why')), false],
])('%s stays in the store: only while something is left to do', (_, request, isKept) => {
  expect(requestWatch.keeps(request)).toBe(isKept);
});

describe('the field selector', () => {
  test('is for our group alone, also where the server does not know it', () => {
    const { selector, matches } = requestWatch.fieldSelector;
    expect(selector).toBe('spec.issuerRef.group=awspca.cert-manager.io');
    expect(matches(open)).toBe(true);
    expect(matches(certificateRequest('other', withIssuer('Issuer', 'i', 'cert-manager.io')))).toBe(false);
  });
});

describe('the index by issuer', () => {
  const indexer = requestWatch.indexers[issuerIndex];

  test.each<[string, CertificateRequest, string[]]>([
    ['an open request', open, ['AWSPCAIssuer/team/issuer']],
    [
      'for a cluster issuer',
      certificateRequest('c', withIssuer('AWSPCAClusterIssuer', 'i')),
      ['AWSPCAClusterIssuer/i'],
    ],
    ['of an unsupported kind', certificateRequest('u', withIssuer('Issuer', 'i')), []],
  ])('%s', (_, request, keys) => {
    expect(indexer(request)).toEqual(keys);
  });
});

/** As much of an informer as a controller is connected to. */
class HandInformer<T extends KubeObject> {
  readonly handlers: InformerHandler<T>[] = [];
  readonly synced = true;
  readonly objects: T[] = [];
  readonly store: Store<T> = {
    size: 0,
    get: () => undefined,
    list: () => this.objects,
    byIndex: (_, value) => (value === 'AWSPCAIssuer/team/issuer' ? this.objects : []),
  };

  addHandler(handler: InformerHandler<T>): void {
    this.handlers.push(handler);
  }

  async whenSynced(): Promise<void> {}

  async run(): Promise<void> {}
}

describe('what wakes a request', () => {
  let requests: HandInformer<CertificateRequest>;
  let issuers: HandInformer<Issuer>;
  let enqueued: [key: string, options: AddOptions | undefined][];
  beforeEach(() => {
    requests = new HandInformer();
    issuers = new HandInformer();
    enqueued = [];
    const enqueue = (key: string, options?: AddOptions): void => void enqueued.push([key, options]);
    connectRequestController({ enqueue }, requests, [issuers]);
    requests.objects.push(open);
  });
  const keys = (): string[] => enqueued.map(([key]) => key);

  test('its creation; what was there at the start lets it pass', () => {
    requests.handlers[0]?.added?.(open, true);
    requests.handlers[0]?.added?.(open, false);
    expect(enqueued).toEqual([
      ['team/open', { priority: 'low' }],
      ['team/open', { priority: 'high' }],
    ]);
  });

  test('its changes and its end, so that nothing of it is remembered', () => {
    requests.handlers[0]?.updated?.(open, open);
    requests.handlers[0]?.deleted?.(finished);
    expect(keys()).toEqual(['team/open', 'team/finished']);
  });

  test.each<[string, Issuer]>([
    ['created', issuer('issuer')],
    ['deleted', issuer('issuer')],
  ])('its issuer %s', (what, object) => {
    if (what === 'created') issuers.handlers[0]?.added?.(object, false);
    else issuers.handlers[0]?.deleted?.(object);
    expect(keys()).toEqual(['team/open']);
  });

  test('its issuer, so that what waited for it lets a new request pass', () => {
    issuers.handlers[0]?.added?.(issuer('issuer'), false);
    expect(enqueued).toEqual([['team/open', { priority: 'low' }]]);
  });

  test('no issuer that was there at the start: the requests were told of then too', () => {
    issuers.handlers[0]?.added?.(issuer('issuer'), true);
    expect(enqueued).toEqual([]);
  });

  test('no other issuer', () => {
    issuers.handlers[0]?.added?.(issuer('other'), false);
    issuers.handlers[0]?.added?.(clusterIssuer('issuer'), false);
    expect(enqueued).toEqual([]);
  });

  const notReady = (reason: string, message = '') =>
    issuer('issuer', withIssuerReady({ status: 'False', reason, message }));
  const ready = issuer('issuer', withIssuerReady());

  test.each<[string, Issuer, Issuer, boolean]>([
    ['turns Ready', notReady('Error'), ready, true],
    ['turns not Ready', ready, notReady('Error'), true],
    ['has another reason', notReady('Error'), notReady('AccessDenied'), true],
    ['has another spec', ready, issuer('issuer', withIssuerReady({ observedGeneration: 0 })), true],
    ['is another one of the same name', ready, issuer('issuer', withIssuerReady(), withMetadata({ uid: 'u' })), true],
    ['only says it in other words', notReady('Error', 'a'), notReady('Error', 'b'), false],
    ['is Ready as before', ready, issuer('issuer', withIssuerReady(), withMetadata({ resourceVersion: '2' })), false],
  ])('its issuer, when that %s', (_, before, after, wakes) => {
    issuers.handlers[0]?.updated?.(before, after);
    expect(keys()).toEqual(wakes ? ['team/open'] : []);
  });
});
