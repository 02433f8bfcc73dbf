import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Issuer } from '../../api/awspca.ts';
import type { InformerHandler, Store } from '../../kube/informer.ts';
import { clusterIssuer, issuer, withIssuerReady, withMetadata } from '../../../test/support/builders.ts';
import { connectIssuerController, createIssuerLookup } from './issuer-controller.ts';

describe('what wakes an issuer', () => {
  let handlers: InformerHandler<Issuer>[];
  let enqueued: string[];
  beforeEach(() => {
    handlers = [];
    enqueued = [];
    const informer = { addHandler: (handler: InformerHandler<Issuer>) => void handlers.push(handler) };
    connectIssuerController({ enqueue: (key) => void enqueued.push(key) }, [informer, informer]);
  });

  test('its creation and its end, in one name space for both kinds', () => {
    handlers[0]?.added?.(issuer('i'), true);
    handlers[1]?.deleted?.(clusterIssuer('i'));
    expect(enqueued).toEqual(['AWSPCAIssuer/team/i', 'AWSPCAClusterIssuer/i']);
  });

  test.each([
    ['another spec', issuer('i', withMetadata({ generation: 2 })), true],
    ['another issuer of the same name', issuer('i', withMetadata({ uid: 'other' })), true],
    ['its status alone', issuer('i', withIssuerReady(), withMetadata({ resourceVersion: '2' })), false],
    ['labels', issuer('i', withMetadata({ labels: { a: 'b' } })), false],
  ])('%s', (_, after, wakes) => {
    handlers[0]?.updated?.(issuer('i'), after);
    expect(enqueued).toEqual(wakes ? ['AWSPCAIssuer/team/i'] : []);
  });
});

describe('the lookup by key', () => {
  const storeOf = (key: string, found: Issuer): { store: Store<Issuer> } => ({
    store: { size: 1, get: (wanted) => (wanted === key ? found : undefined), list: () => [found], byIndex: () => [] },
  });
  const namespaced = issuer('i');
  const shared = clusterIssuer('i');
  const find = createIssuerLookup({
    AWSPCAIssuer: storeOf('team/i', namespaced),
    AWSPCAClusterIssuer: storeOf('i', shared),
  });

  test.each([
    ['AWSPCAIssuer/team/i', namespaced],
    ['AWSPCAClusterIssuer/i', shared],
    ['AWSPCAIssuer/i', undefined],
    ['AWSPCAClusterIssuer/team/i', undefined],
    ['Issuer/team/i', undefined],
    ['i', undefined],
  ])('%s', (key, expected) => {
    expect(find(key)).toBe(expected);
  });
});
