import { describe, expect, test } from '@jest/globals';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { certificate, ingress } from '../../../test/support/shim-builders.ts';
import type { Certificate } from '../../api/certificate.ts';
import { type Change, ObjectStore } from '../../kube/store.ts';
import { CertificateView } from './certificate-view.ts';
import { certificateWatch } from './shim-watches.ts';

const stall = ingress('stall', ['pay-tls']);
const other = ingress('other', ['pay-tls']);

function createBench() {
  const store = new ObjectStore<Certificate>(certificateWatch.indexers);
  const clock = new FakeClock();
  const view = new CertificateView({ store }, clock);
  const deliver = (changes: readonly Change<Certificate>[]): boolean[] =>
    changes.map((change) =>
      change.type === 'updated' ? view.shows(change.current) : view.shows(change.object, change.type === 'deleted'),
    );
  return {
    view,
    clock,
    shows: (object: Certificate) => deliver(store.put(object)),
    showsGone: (object: Certificate) => deliver(store.remove(object)),
    wrote: (object: Certificate, existing?: Certificate) =>
      view.write(object.metadata, existing, () => Promise.resolve(object)),
    deleted: (object: Certificate) => view.write(object.metadata, object, () => Promise.resolve(undefined)),
    find: (owner = stall, names: readonly string[] = ['pay-tls']) =>
      view
        .find('fruit', owner.metadata.uid, names)
        .map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`),
  };
}

test('finds what the object controls, and what bears a name or secretName that it asks for', () => {
  const { shows, find } = createBench();
  shows(certificate('old-tls', stall));
  shows(certificate('pay-tls', other));
  const hand = certificate('by-hand');
  shows({ ...hand, spec: { secretName: 'pay-tls', issuerRef: { name: 'ca' } } });
  shows(certificate('unrelated', other));
  shows(certificate('pay-tls', stall, { namespace: 'elsewhere' }));
  expect(find()).toEqual(['old-tls@1', 'pay-tls@1', 'by-hand@1']);
});

test('a Certificate that was written is there before the watch shows it, for its owner and for others', async () => {
  const { wrote, shows, find } = createBench();
  await wrote(certificate('pay-tls', stall, { resourceVersion: '5' }));
  expect(find()).toEqual(['pay-tls@5']);
  expect(find(other)).toEqual(['pay-tls@5']);
  expect(find(other, [])).toEqual([]);
  shows(certificate('pay-tls', stall, { resourceVersion: '5' }));
  shows(certificate('pay-tls', stall, { resourceVersion: '6' }));
  expect(find()).toEqual(['pay-tls@6']);
});

test('a Certificate that was written is found by its secretName, too', async () => {
  const { wrote, shows, find } = createBench();
  const moved = certificate('other-tls', other, { resourceVersion: '5' });
  shows({ ...certificate('other-tls', other), spec: { secretName: 'pay-tls', issuerRef: { name: 'ca' } } });
  await wrote(moved);
  expect(find()).toEqual([]);
  await wrote({ ...moved, spec: { secretName: 'pay-tls', issuerRef: { name: 'ca' } } });
  expect(find()).toEqual(['other-tls@5']);
});

test('an update takes the place of what the watch still shows, also where it asks for another Secret', async () => {
  const { wrote, shows, find } = createBench();
  shows(certificate('pay-tls', stall));
  await wrote(certificate('pay-tls', stall, { resourceVersion: '5' }));
  expect(find()).toEqual(['pay-tls@5']);
});

test('a Certificate that was deleted is gone, and its successor is there, before the watch shows either', async () => {
  const { wrote, deleted, shows, showsGone, find } = createBench();
  const old = certificate('pay-tls', stall);
  shows(old);
  await deleted(old);
  expect(find()).toEqual([]);
  await wrote(certificate('pay-tls', stall, { uid: 'successor', resourceVersion: '9' }));
  showsGone(old);
  expect(find()).toEqual(['pay-tls@9']);
  shows(certificate('pay-tls', stall, { uid: 'successor', resourceVersion: '9' }));
  showsGone(certificate('pay-tls', stall, { uid: 'successor', resourceVersion: '9' }));
  expect(find()).toEqual([]);
});

test('a watch that never shows a write is believed after half a minute', async () => {
  const { wrote, clock, find } = createBench();
  await wrote(certificate('pay-tls', stall));
  await clock.advance(10_000);
  await wrote(certificate('api-tls', stall));
  await clock.advance(19_999);
  expect(find()).toEqual(['pay-tls@1', 'api-tls@1']);
  await clock.advance(1);
  expect(find()).toEqual(['api-tls@1']);
  await wrote(certificate('api-tls', stall, { resourceVersion: '2' }));
  await clock.advance(29_999);
  expect(find()).toEqual(['api-tls@2']);
  await clock.advance(1);
  expect(find()).toEqual([]);
});

describe('an answer that is later than the watch', () => {
  const old = certificate('pay-tls', stall);
  const renewed = certificate('pay-tls', stall, { resourceVersion: '5' });
  const later = certificate('pay-tls', stall, { resourceVersion: '6' });

  test('what was made and collected meanwhile stands in nobody’s way', async () => {
    const { view, shows, showsGone, find } = createBench();
    await view.write(old.metadata, undefined, () => {
      shows(old);
      showsGone(old);
      return Promise.resolve(old);
    });
    expect(find()).toEqual([]);
  });

  test('what was changed again meanwhile is as the watch shows it', async () => {
    const { view, shows, find } = createBench();
    shows(old);
    await view.write(old.metadata, old, () => {
      shows(renewed);
      shows(later);
      return Promise.resolve(renewed);
    });
    expect(find()).toEqual(['pay-tls@6']);
  });

  test('the version that is being changed is no news', async () => {
    const { view, shows, find } = createBench();
    await view.write(old.metadata, old, () => {
      shows(old);
      return Promise.resolve(renewed);
    });
    expect(find()).toEqual(['pay-tls@5']);
  });

  test('what somebody made under the name of what was deleted is seen', async () => {
    const { view, shows, showsGone, find } = createBench();
    shows(old);
    await view.write(old.metadata, old, () => {
      showsGone(old);
      shows(certificate('pay-tls', other, { uid: 'successor', resourceVersion: '7' }));
      return Promise.resolve(undefined);
    });
    expect(find()).toEqual(['pay-tls@7']);
  });
});

describe('what the watch shows is no news', () => {
  const old = certificate('pay-tls', stall);
  const renewed = certificate('pay-tls', stall, { resourceVersion: '5' });
  const later = certificate('pay-tls', stall, { resourceVersion: '6' });

  test('when it is what a write left, which is what it was for; and only once', async () => {
    const { view, wrote, shows } = createBench();
    expect(shows(old)).toEqual([false]);
    await wrote(renewed, old);
    view.settle(renewed);
    expect(shows(renewed)).toEqual([true]);
    expect(shows(later)).toEqual([false]);
  });

  test('not when the write left something else than it was for', async () => {
    const { wrote, shows } = createBench();
    await wrote(renewed);
    expect(shows(renewed)).toEqual([false]);
  });

  test('not when it has been changed since, which is all that the watch shows', async () => {
    const { view, wrote, shows } = createBench();
    await wrote(renewed);
    view.settle(renewed);
    expect(shows(later)).toEqual([false]);
  });

  test('not when it goes, nor when another takes its name', async () => {
    const { view, wrote, shows, showsGone } = createBench();
    shows(old);
    await wrote(renewed, old);
    view.settle(renewed);
    expect(showsGone(renewed)).toEqual([false]);
    await wrote(renewed);
    view.settle(renewed);
    expect(shows(certificate('pay-tls', other, { uid: 'successor', resourceVersion: '5' }))).toEqual([false]);
  });

  test('not when the answer is later than the watch: its owner is being looked at and will be once more', async () => {
    const { view, shows } = createBench();
    const shown: boolean[] = [];
    await view.write(old.metadata, undefined, () => {
      shown.push(...shows(old));
      return Promise.resolve(old);
    });
    view.settle(old);
    expect(shown).toEqual([false]);
    expect(shows(renewed)).toEqual([false]);
  });

  test('what is settled is what was written last', async () => {
    const { view, wrote, shows } = createBench();
    await wrote(old);
    await wrote(renewed, old);
    view.settle(old);
    expect(shows(renewed)).toEqual([false]);
  });
});
