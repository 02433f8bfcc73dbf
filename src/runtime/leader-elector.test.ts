import { describe, expect, test } from '@jest/globals';

import { FakeClock, settle } from '../../test/support/fake-clock.ts';
import { createFakeLeaseApi } from '../../test/support/fake-lease-api.ts';
import type { FakeLeaseApi } from '../../test/support/fake-lease-api.ts';
import { createMemoryLogger, type MemoryLogger } from '../../test/support/memory-logger.ts';
import { ApiError, TransportError } from '../kube/errors.ts';
import { createLeaderElector, LeadershipLostError } from './leader-elector.ts';
import type { LeaderElector } from './leader-elector.ts';

interface Candidate {
  readonly elector: LeaderElector;
  readonly stop: AbortController;
  readonly master: Map<string, number>;
  readonly logger: MemoryLogger;
  /** Set once `acquire` has resolved. */
  state: 'waiting' | 'leading' | 'gave up';
}

function createCandidate(api: FakeLeaseApi, clock: FakeClock, identity: string): Candidate {
  const master = new Map<string, number>();
  const logger = createMemoryLogger();
  const elector = createLeaderElector({
    client: api.client,
    lease: { namespace: 'ns', name: 'lock' },
    identity,
    clock,
    random: () => 0.5,
    logger,
    isMaster: { set: ({ name }, value) => void master.set(name, value), remove: () => undefined },
  });
  const candidate: Candidate = { elector, stop: new AbortController(), master, logger, state: 'waiting' };
  elector.acquire(candidate.stop.signal).then(
    () => (candidate.state = 'leading'),
    () => (candidate.state = 'gave up'),
  );
  return candidate;
}

async function createBench() {
  const clock = new FakeClock();
  const api = createFakeLeaseApi(clock);
  const first = createCandidate(api, clock, 'first');
  await settle();
  return { clock, api, first };
}

const foreign = { holderIdentity: 'other', leaseDurationSeconds: 15, leaseTransitions: 1 };

describe('getting the lease', () => {
  test('the first candidate creates it and leads', async () => {
    const { api, first } = await createBench();
    expect(first.state).toBe('leading');
    expect(api.spec).toMatchObject({ holderIdentity: 'first', leaseDurationSeconds: 15, leaseTransitions: 0 });
    expect(first.master.get('lock')).toBe(1);
  });

  test('the second candidate waits while the first renews', async () => {
    const { api, clock, first } = await createBench();
    const second = createCandidate(api, clock, 'second');
    await clock.advance(120_000);
    expect([first.state, second.state]).toEqual(['leading', 'waiting']);
    expect([first.elector.isLeaderFor(0), second.elector.isLeaderFor(0)]).toEqual([true, false]);
    expect(second.master.get('lock')).toBe(0);
  });

  test('a lease that nobody renews is taken after its duration by our clock, not before', async () => {
    const clock = new FakeClock();
    const api = createFakeLeaseApi(clock);
    api.set({ ...foreign, renewTime: '2001-01-01T00:00:00.000000Z' });
    const candidate = createCandidate(api, clock, 'me');
    await clock.advance(14_999);
    expect(candidate.state).toBe('waiting');
    await clock.advance(1);
    expect(candidate.state).toBe('leading');
    expect(api.spec).toMatchObject({ holderIdentity: 'me', leaseTransitions: 2 });
  });

  test('every renewal starts the waiting over', async () => {
    const clock = new FakeClock();
    const api = createFakeLeaseApi(clock);
    api.set({ ...foreign, renewTime: '2026-01-01T00:00:00.000000Z' });
    const candidate = createCandidate(api, clock, 'me');
    await clock.advance(10_000);
    api.set({ ...foreign, renewTime: '2026-01-01T00:00:10.000000Z' });
    await clock.advance(14_000);
    expect(candidate.state).toBe('waiting');
    await clock.advance(5_000);
    expect(candidate.state).toBe('leading');
  });

  test('of two candidates for an expired lease one wins', async () => {
    const clock = new FakeClock();
    const api = createFakeLeaseApi(clock);
    api.set(foreign);
    const candidates = ['a', 'b'].map((identity) => createCandidate(api, clock, identity));
    await clock.advance(20_000);
    expect(candidates.map(({ state }) => state).sort()).toEqual(['leading', 'waiting']);
  });

  test.each([
    ['get', new TransportError('ECONNREFUSED', 'refused')],
    ['create', new ApiError({ code: 403, reason: 'Forbidden', message: 'no' })],
    ['watch', new ApiError({ code: 403, reason: 'Forbidden', message: 'no' })],
    ['watch', new TransportError('ECONNRESET', 'reset')],
  ] as const)('a failing %s (%s) is outlived', async (verb, fault) => {
    const clock = new FakeClock();
    const api = createFakeLeaseApi(clock);
    api.fail([verb], fault);
    const candidate = createCandidate(api, clock, 'me');
    await clock.advance(60_000);
    api.fail([verb]);
    await clock.advance(5000);
    expect(candidate.state).toBe('leading');
  });

  test('a namespace that does not exist is told, and tried again', async () => {
    const clock = new FakeClock();
    const api = createFakeLeaseApi(clock);
    const error = new ApiError({ code: 404, reason: 'NotFound', message: 'namespaces "ns" not found' });
    api.fail(['create'], error);
    const candidate = createCandidate(api, clock, 'me');
    await settle();
    expect(candidate.logger.lines).toMatchObject([{ level: 'warn', error }]);
    api.fail(['create']);
    await clock.advance(5_000);
    expect(candidate.state).toBe('leading');
  });

  test('giving up while waiting rejects with the reason and leaves the lease and no timer', async () => {
    const clock = new FakeClock();
    const api = createFakeLeaseApi(clock);
    api.set(foreign);
    const candidate = createCandidate(api, clock, 'me');
    await clock.advance(5000);
    candidate.stop.abort();
    await settle();
    await candidate.elector.release();
    expect([candidate.state, api.spec, clock.pending]).toEqual(['gave up', foreign, 0]);
  });
});

describe('keeping the lease', () => {
  test('it is renewed every two seconds, with one write and no read', async () => {
    const { api, clock } = await createBench();
    api.calls.length = 0;
    await clock.advance(10_000);
    expect(api.calls).toEqual(Array.from({ length: 5 }, () => 'replace'));
  });

  test.each([3_600_000, -3_600_000])('a jump of the wall clock by %d ms changes nothing', async (jump) => {
    const { api, clock, first } = await createBench();
    const second = createCandidate(api, clock, 'second');
    await clock.advance(5000);
    clock.jumpWall(jump);
    await clock.advance(60_000);
    expect([first.elector.isLeaderFor(5000), second.state]).toEqual([true, 'waiting']);
  });

  test('a 409 on renewing because somebody labelled the lease is outlived within the same round', async () => {
    const { api, clock, first } = await createBench();
    api.set({ ...api.spec });
    await clock.advance(2000);
    expect(first.elector.lost.aborted).toBe(false);
    await clock.advance(60_000);
    expect(first.elector.isLeaderFor(5000)).toBe(true);
  });

  test('a 409 on renewing because somebody else holds the lease ends leadership at once', async () => {
    const { api, clock, first } = await createBench();
    api.set(foreign);
    await clock.advance(2000);
    expect(first.elector.lost.reason).toBeInstanceOf(LeadershipLostError);
    expect([first.elector.isLeaderFor(0), first.master.get('lock')]).toEqual([false, 0]);
  });

  test('a lease that was deleted is made anew', async () => {
    const { api, clock, first } = await createBench();
    api.set(undefined);
    await clock.advance(10_000);
    expect(api.spec?.holderIdentity).toBe('first');
    expect(first.elector.lost.aborted).toBe(false);
  });

  test.each([
    ['refuses', new TransportError('ECONNREFUSED', 'refused')],
    ['answers 500', new ApiError({ code: 500, reason: 'InternalError', message: 'no' })],
    ['does not answer', 'hang'],
  ] as const)('an API server that %s costs the lease after the renew deadline, not before', async (_what, fault) => {
    const { api, clock, first } = await createBench();
    await clock.advance(2000);
    api.fail(['get', 'replace'], fault);
    await clock.advance(9999);
    expect(first.elector.lost.aborted).toBe(false);
    await clock.advance(1);
    expect(first.elector.lost.aborted).toBe(true);
    expect(first.elector.isLeaderFor(0)).toBe(false);
  });

  test('one hung call does not cost the lease', async () => {
    const { api, clock, first } = await createBench();
    api.fail(['replace'], 'hang');
    await clock.advance(3000);
    api.fail(['replace']);
    await clock.advance(30_000);
    expect(first.elector.lost.aborted).toBe(false);
  });

  test('isLeaderFor counts from before the last write went out', async () => {
    const { api, clock, first } = await createBench();
    api.fail(['get', 'replace'], new TransportError('ECONNREFUSED', 'refused'));
    await clock.advance(5000);
    expect([first.elector.isLeaderFor(9_999), first.elector.isLeaderFor(10_000)]).toEqual([true, false]);
  });

  test('a lost lease is not given back: it belongs to somebody else', async () => {
    const { api, clock, first } = await createBench();
    api.set(foreign);
    await clock.advance(2000);
    await first.elector.release();
    expect(api.spec).toEqual(foreign);
  });
});

describe('giving the lease back', () => {
  test('the other candidate leads at once', async () => {
    const { api, clock, first } = await createBench();
    const second = createCandidate(api, clock, 'second');
    await clock.advance(5000);
    await first.elector.release();
    await settle();
    expect([second.state, api.spec?.holderIdentity]).toEqual(['leading', 'second']);
    expect(first.elector.isLeaderFor(0)).toBe(false);
  });

  test('without a watch the other candidate leads within its next look', async () => {
    const { api, clock, first } = await createBench();
    api.fail(['watch'], new ApiError({ code: 403, reason: 'Forbidden', message: 'no' }));
    const second = createCandidate(api, clock, 'second');
    await clock.advance(5000);
    await first.elector.release();
    await clock.advance(4400);
    expect(second.state).toBe('leading');
  });

  test('what is written is empty, short, and keeps the number of transitions', async () => {
    const { api, clock, first } = await createBench();
    await clock.advance(5000);
    await first.elector.release();
    expect(api.spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: 0 });
    expect(clock.pending).toBe(0);
  });

  test('a lease that was won while giving up is given back too', async () => {
    const clock = new FakeClock();
    const api = createFakeLeaseApi(clock);
    const candidate = createCandidate(api, clock, 'me');
    await settle();
    candidate.stop.abort();
    await candidate.elector.release();
    expect(api.spec?.holderIdentity).toBe('');
  });

  test('an API server that is away does not stop anybody from exiting', async () => {
    const { api, first } = await createBench();
    api.fail(['get'], new TransportError('ECONNREFUSED', 'refused'));
    await first.elector.release();
    expect(first.elector.isLeaderFor(0)).toBe(false);
  });
});

describe('health', () => {
  test('is good while waiting, while leading, and after losing', async () => {
    const { api, clock, first } = await createBench();
    expect(first.elector.checkHealth()).toBeUndefined();
    api.fail(['get', 'replace'], 'hang');
    await clock.advance(60_000);
    expect(first.elector.checkHealth()).toBeUndefined();
  });

  test('is bad when the lease was neither renewed nor given up: our own timers do not run', async () => {
    const clock = new FakeClock();
    let monotonic = 0;
    const stuck = { now: () => 0, monotonic: () => monotonic, schedule: () => () => undefined };
    const elector = createLeaderElector({
      client: createFakeLeaseApi(clock).client,
      lease: { namespace: 'ns', name: 'lock' },
      identity: 'me',
      clock: stuck,
      random: () => 0,
      logger: createMemoryLogger(),
    });
    await elector.acquire(new AbortController().signal);
    monotonic = 35_000;
    expect(elector.checkHealth()).toBeUndefined();
    monotonic = 35_001;
    expect(elector.checkHealth()).toBeDefined();
  });
});
