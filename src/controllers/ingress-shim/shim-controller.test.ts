import { beforeEach, describe, expect, test } from '@jest/globals';
import { certificate, gateway, ingress, listenerSet } from '../../../test/support/shim-builders.ts';
import type { Certificate } from '../../api/certificate.ts';
import type { ListenerSet } from '../../api/gateway.ts';
import { ObjectStore } from '../../kube/store.ts';
import { createCertificateHandler, createObjectHandler, createParentHandler } from './shim-controller.ts';
import { listenerSetWatch } from './shim-watches.ts';

const woken: string[] = [];
const controller = {
  enqueue: (key: string, options?: { priority?: string }) =>
    void woken.push(options?.priority === undefined ? key : `${key} ${options.priority}`),
};
beforeEach(() => void woken.splice(0));

const stall = ingress('stall', ['pay-tls']);
const key = 'Ingress/fruit/stall';

describe('an annotated object wakes', () => {
  const handler = createObjectHandler(controller);

  test('when it appears and goes', () => {
    handler.added?.(stall, true);
    handler.added?.(stall, false);
    handler.deleted?.(stall);
    expect(woken).toEqual([`${key} low`, `${key} high`, key]);
  });

  test.each([
    ['a status that changed', ingress('stall', ['pay-tls'], { resourceVersion: '2' }), 0],
    ['a rule that changed', ingress('stall', ['pay-tls'], { resourceVersion: '2', generation: 2 }), 0],
    ['a TLS block', ingress('stall', ['pay-tls', 'api-tls']), 1],
    ['an annotation', ingress('stall', ['pay-tls'], { annotations: { a: 'b' } }), 1],
    ['a label', ingress('stall', ['pay-tls'], { labels: { a: 'b' } }), 1],
    ['a finalizer', ingress('stall', ['pay-tls'], { finalizers: ['foregroundDeletion'] }), 1],
    ['its deletion', ingress('stall', ['pay-tls'], { deletionTimestamp: '2026-01-02T03:04:05Z' }), 1],
  ])('%s', (_, current, times) => {
    handler.updated?.(stall, current);
    expect(woken).toEqual(Array<string>(times).fill(key));
  });
});

test('a Gateway wakes its ListenerSets, those of other namespaces too', () => {
  const store = new ObjectStore<ListenerSet>(listenerSetWatch.indexers);
  store.put(listenerSet('near', 'edge'));
  store.put(listenerSet('far', 'edge', 'infra'));
  const handler = createParentHandler(controller, { store });
  handler.added?.(gateway('edge'), false);
  handler.updated?.(gateway('edge'), gateway('edge', { resourceVersion: '2' }));
  expect(woken).toEqual(['ListenerSet/fruit/near']);
  handler.updated?.(
    gateway('edge', { namespace: 'infra' }),
    gateway('edge', { namespace: 'infra', labels: { a: 'b' } }),
  );
  handler.deleted?.(gateway('edge'));
  expect(woken).toEqual(['ListenerSet/fruit/near', 'ListenerSet/fruit/far', 'ListenerSet/fruit/near']);
});

describe('a Certificate wakes', () => {
  const waiting = new Map([['fruit/pay-tls', ['Ingress/fruit/waits']]]);
  const shown: string[] = [];
  let isNews = true;
  const view = {
    shows: ({ metadata }: Certificate, isGone = false): boolean => {
      shown.push(`${metadata.name}@${metadata.resourceVersion}${isGone ? ' gone' : ''}`);
      return !isNews;
    },
  };
  beforeEach(() => {
    shown.length = 0;
    isNews = true;
  });
  const handler = createCertificateHandler(controller, { waitingFor: (name) => waiting.get(name) ?? [] }, view);
  const held = certificate('pay-tls', stall);

  test('its owner, by name: the owner may have been created anew', () => {
    handler.added?.(held, true);
    expect(woken).toEqual([]);
    handler.added?.(held, false);
    expect(woken).toEqual([key]);
  });

  test('nobody, when it only got another status', () => {
    handler.updated?.(held, certificate('pay-tls', stall, { resourceVersion: '2' }));
    expect(woken).toEqual([]);
  });

  test('its owner, when somebody changed it', () => {
    handler.updated?.(held, certificate('pay-tls', stall, { labels: { a: 'b' } }));
    expect(woken).toEqual([key]);
  });

  test('nobody, when it is what its owner has just written; every state of it is shown to the view', () => {
    isNews = false;
    const renewed = certificate('pay-tls', stall, { labels: { a: 'b' }, resourceVersion: '2' });
    handler.added?.(held, true);
    handler.added?.(held, false);
    handler.updated?.(held, renewed);
    expect(woken).toEqual([]);
    handler.updated?.(renewed, certificate('pay-tls', stall, { labels: { a: 'b' }, resourceVersion: '3' }));
    handler.deleted?.(renewed);
    expect(shown).toEqual(['pay-tls@1', 'pay-tls@1', 'pay-tls@2', 'pay-tls@3', 'pay-tls@2 gone']);
  });

  test('whom it belonged to and who waits for it, when its new owner has written it since', () => {
    isNews = false;
    handler.updated?.(held, certificate('pay-tls', ingress('other', [])));
    expect(woken).toEqual([key, 'Ingress/fruit/waits']);
  });

  test('its owner and who waits for it, when it goes', () => {
    handler.deleted?.(held);
    expect(woken).toEqual([key, 'Ingress/fruit/waits']);
  });

  test('both owners and who waits for it, when it changes hands', () => {
    handler.updated?.(held, certificate('pay-tls', ingress('other', [])));
    expect(woken).toEqual(['Ingress/fruit/other', key, 'Ingress/fruit/waits']);
  });

  test('nobody of another kind', () => {
    const job = { ...stall, kind: 'Job' } as unknown as typeof stall;
    handler.deleted?.(certificate('other-tls', job));
    handler.deleted?.(certificate('other-tls'));
    expect(woken).toEqual([]);
  });
});
