import { describe, expect, test } from '@jest/globals';

import { cutNote, eventName, eventNamespace, planEvent, planSeries, seriesKey } from './event-object.ts';
import type { KubeEvent } from './events.ts';

const regarding = { apiVersion: 'example.com/v1', kind: 'Thing', namespace: 'ns', name: 'a', uid: 'u' };
const event: KubeEvent = { regarding, type: 'Normal', reason: 'Done', action: 'Do', note: 'all done' };
const bytes = (text: string): number => Buffer.byteLength(text);

describe('cutNote', () => {
  test.each([
    ['short', 'hello'],
    ['exactly long enough', 'x'.repeat(1024)],
    ['exactly long enough in bytes', 'é'.repeat(512)],
  ])('a note that is %s stays', (_what, note) => {
    expect(cutNote(note)).toBe(note);
  });

  test.each([
    ['letters', 'x'.repeat(2000), 1021],
    ['two-byte letters', 'é'.repeat(600), 510],
    ['four-byte characters', '🔑'.repeat(300), 255],
  ])('a longer note of %s is cut between two characters and ends in …', (_what, note, kept) => {
    const cut = cutNote(note);
    expect(Array.from(cut)).toHaveLength(kept + 1);
    expect(cut.endsWith('…')).toBe(true);
    expect(bytes(cut)).toBeLessThanOrEqual(1024);
    expect(cut.isWellFormed()).toBe(true);
  });
});

test.each([
  [{ ...regarding }, 'ns'],
  [{ apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u' }, 'default'],
  [{ ...regarding, namespace: '' }, 'default'],
])('an event about %j lives in namespace %s', (about, namespace) => {
  expect(eventNamespace(about)).toBe(namespace);
});

test.each([
  ['a.b-c', 'a.b-c.id'],
  ['with:colon', 'id'],
  ['x'.repeat(201), 'id'],
])('an event about %s is named %s', (name, expected) => {
  expect(eventName({ ...regarding, name }, 'id')).toBe(expected);
});

test('the object has every field that the API server demands', () => {
  const reporter = { reportingController: 'things', reportingInstance: 'things-host' };
  expect(planEvent(event, 'a.1', reporter, Date.parse('2026-01-02T03:04:05.678Z'))).toEqual({
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { namespace: 'ns', name: 'a.1' },
    eventTime: '2026-01-02T03:04:05.678000Z',
    reportingController: 'things',
    reportingInstance: 'things-host',
    regarding,
    type: 'Normal',
    reason: 'Done',
    action: 'Do',
    note: 'all done',
  });
});

test('a series carries count and MicroTime', () => {
  expect(planSeries(3, 0)).toEqual({ series: { count: 3, lastObservedTime: '1970-01-01T00:00:00.000000Z' } });
});

describe('seriesKey', () => {
  test('is equal for the same words about the same object', () => {
    expect(seriesKey({ ...event })).toBe(seriesKey(event));
  });

  test.each<Partial<KubeEvent>>([
    { note: 'something else' },
    { reason: 'Other' },
    { action: 'Other' },
    { type: 'Warning' },
    { regarding: { ...regarding, uid: 'v' } },
    { regarding: { ...regarding, namespace: 'other' } },
  ])('differs with %j', (change) => {
    expect(seriesKey({ ...event, ...change })).not.toBe(seriesKey(event));
  });
});
