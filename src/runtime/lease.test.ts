import { describe, expect, test } from '@jest/globals';

import { decideLease, observe, planClaim, planNewLease, planRelease } from './lease.ts';
import type { Lease, LeaseSpec } from './lease.ts';

const wallNow = Date.parse('2026-01-02T03:04:05.678Z');
const claim = { identity: 'me', leaseDurationMs: 15_000, wallNow };

function lease(spec: LeaseSpec): Lease {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { namespace: 'ns', name: 'lock', uid: 'u', resourceVersion: '7', creationTimestamp: '' },
    spec,
  };
}

const held = { holderIdentity: 'other', leaseDurationSeconds: 15, renewTime: '2030-01-01T00:00:00.000000Z' };

describe('decideLease', () => {
  test('no lease: create it', () => {
    expect(decideLease({ observation: undefined, identity: 'me', now: 0, leaseDurationMs: 15_000 })).toEqual({
      action: 'create',
    });
  });

  test.each<{ what: string; spec: LeaseSpec; ageMs: number; action: string; remainingMs?: number }>([
    { what: 'ours', spec: { ...held, holderIdentity: 'me' }, ageMs: 0, action: 'renew' },
    { what: 'ours and long unrenewed', spec: { ...held, holderIdentity: 'me' }, ageMs: 60_000, action: 'renew' },
    { what: 'released', spec: { ...held, holderIdentity: '' }, ageMs: 0, action: 'take' },
    { what: 'never held', spec: {}, ageMs: 0, action: 'take' },
    { what: 'held, just seen', spec: held, ageMs: 0, action: 'wait', remainingMs: 15_000 },
    { what: 'held, nearly expired', spec: held, ageMs: 14_999, action: 'wait', remainingMs: 1 },
    { what: 'held, expired by our clock', spec: held, ageMs: 15_000, action: 'take' },
    {
      what: 'held for a minute',
      spec: { ...held, leaseDurationSeconds: 60 },
      ageMs: 20_000,
      action: 'wait',
      remainingMs: 40_000,
    },
    {
      what: 'held by a duration of 68 years',
      spec: { ...held, leaseDurationSeconds: 2 ** 31 - 1 },
      ageMs: 150_000,
      action: 'take',
    },
    {
      what: 'held without a duration',
      spec: { holderIdentity: 'other' },
      ageMs: 14_000,
      action: 'wait',
      remainingMs: 1000,
    },
    {
      what: 'held, renewed long ago by its own clock',
      spec: { ...held, renewTime: '2001-01-01T00:00:00.000000Z' },
      ageMs: 0,
      action: 'wait',
      remainingMs: 15_000,
    },
  ])('$what: $action', ({ spec, ageMs, action, remainingMs }) => {
    const observation = observe(undefined, lease(spec), 1000);
    const decision = decideLease({ observation, identity: 'me', now: 1000 + ageMs, leaseDurationMs: 15_000 });
    expect(decision).toMatchObject({ action, ...(remainingMs === undefined ? {} : { remainingMs, holder: 'other' }) });
  });
});

describe('observe', () => {
  test('an unchanged spec keeps its age, whatever else changes on the object', () => {
    const first = observe(undefined, lease(held), 100);
    const labelled = { ...lease(held), metadata: { ...lease(held).metadata, resourceVersion: '8' } };
    const second = observe(first, labelled, 5000);
    expect(second.unchangedSince).toBe(100);
    expect(second.lease.metadata.resourceVersion).toBe('8');
  });

  test.each<[string, LeaseSpec]>([
    ['renewTime', { ...held, renewTime: '2030-01-01T00:00:02.000000Z' }],
    ['holderIdentity', { ...held, holderIdentity: 'third' }],
    ['leaseTransitions', { ...held, leaseTransitions: 3 }],
    ['acquireTime', { ...held, acquireTime: '2030-01-01T00:00:02.000000Z' }],
    ['leaseDurationSeconds', { ...held, leaseDurationSeconds: 16 }],
  ])('a changed %s makes it young again', (_field, spec) => {
    expect(observe(observe(undefined, lease(held), 100), lease(spec), 5000).unchangedSince).toBe(5000);
  });
});

describe('what is written', () => {
  const time = '2026-01-02T03:04:05.678000Z';

  test('a new lease has no transitions', () => {
    expect(planNewLease({ namespace: 'ns', name: 'lock' }, claim)).toEqual({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace: 'ns', name: 'lock' },
      spec: {
        holderIdentity: 'me',
        leaseDurationSeconds: 15,
        acquireTime: time,
        renewTime: time,
        leaseTransitions: 0,
      },
    });
  });

  test('renewing keeps acquireTime and transitions', () => {
    const ours = { holderIdentity: 'me', leaseDurationSeconds: 15, acquireTime: 'then', leaseTransitions: 4 };
    const written = planClaim({ action: 'renew', lease: lease(ours) }, claim);
    expect(written.spec).toEqual({ ...ours, renewTime: time });
    expect(written.metadata.resourceVersion).toBe('7');
  });

  test('taking over counts a transition and starts a new term', () => {
    const written = planClaim({ action: 'take', lease: lease({ ...held, leaseTransitions: 4 }) }, claim);
    expect(written.spec).toEqual({
      holderIdentity: 'me',
      leaseDurationSeconds: 15,
      acquireTime: time,
      renewTime: time,
      leaseTransitions: 5,
    });
  });

  test('releasing empties the holder, shortens the lease and keeps the transitions', () => {
    expect(planRelease(lease({ ...held, leaseTransitions: 4 }), wallNow).spec).toEqual({
      holderIdentity: '',
      leaseDurationSeconds: 1,
      acquireTime: time,
      renewTime: time,
      leaseTransitions: 4,
    });
  });
});
