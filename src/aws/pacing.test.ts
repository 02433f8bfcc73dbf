import { describe, expect, test } from '@jest/globals';
import { FakeClock } from '../../test/support/fake-clock.ts';
import {
  type Caller,
  callersOf,
  createRandom,
  largestBurst,
  scope,
  serve,
  ServiceQuota,
} from '../../test/support/paced-service.ts';
import { Pacer, type Reservation } from './pacing.ts';

/** A pacer, and one who asks it and calls at once. */
function createBench(ratePerSecond: number) {
  const clock = new FakeClock();
  const pacer = new Pacer(clock);
  const reserve = (ticket: string, claimant = 'a'): Reservation =>
    pacer.reserve({ scope, ratePerSecond, claimant, ticket });
  /** 0 when the call was made. */
  const ask = (ticket: string, claimant = 'a'): number => {
    const reservation = reserve(ticket, claimant);
    if (reservation.kind === 'wait') return reservation.afterMs;
    reservation.end('called');
    return 0;
  };
  const throttle = (ticket: string): number | undefined => {
    const reservation = reserve(ticket);
    return reservation.kind === 'turn' ? reservation.end('throttled') : undefined;
  };
  return { clock, pacer, reserve, ask, throttle };
}

const tickets = (count: number, name = 'ticket'): string[] =>
  Array.from({ length: count }, (_, index) => `${name}-${index}`);

describe('a bucket that nobody used', () => {
  test.each([
    [25, 20],
    [75, 60],
    [20, 16],
    [2, 1],
    [1, 1],
    [0.5, 1],
  ])('of %d calls a second lets %d pass at once', (rate, burst) => {
    const { ask } = createBench(rate);
    const waits = tickets(burst + 2).map((ticket) => ask(ticket));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(burst);
    expect(waits.slice(burst)).toEqual([Math.ceil(1000 / rate), Math.ceil(2000 / rate)]);
  });

  test('is full again after a second without calls', async () => {
    const { ask, clock } = createBench(25);
    const burst = (name: string) => tickets(25, name).filter((ticket) => ask(ticket) === 0).length;
    expect(burst('a')).toBe(20);
    await clock.advance(70_000);
    expect(burst('b')).toBe(20);
  });
});

test.each([0, -1])('a rate of %d means no pacing', (rate) => {
  const { ask, throttle, pacer } = createBench(rate);
  expect(new Set(tickets(100).map((ticket) => ask(ticket)))).toEqual(new Set([0]));
  expect(throttle('another')).toBeUndefined();
  expect(ask('yet another')).toBe(0);
  expect(pacer.waiting()).toEqual([]);
});

test('scopes do not share a bucket', () => {
  const pacer = new Pacer(new FakeClock());
  const kindOf = (change: object, ticket: string) =>
    pacer.reserve({ scope: { ...scope, ...change }, ratePerSecond: 1, claimant: 'a', ticket }).kind;
  const others = [{ account: 'b' }, { region: 'b' }, { operation: 'b' }, { service: 'b' }];
  for (const change of [{}, ...others]) expect(kindOf(change, 'x')).toBe('turn');
  for (const change of [{}, ...others]) expect(kindOf(change, 'y')).toBe('wait');
});

test('claimants may use the same tickets', () => {
  const { ask } = createBench(1);
  ask('first');
  expect([ask('x', 'b'), ask('x', 'a'), ask('x', 'b')]).toEqual([1000, 2000, 1000]);
});

describe('a place', () => {
  test('is kept for its ticket, however often and whenever it asks', async () => {
    const { ask, clock } = createBench(1);
    ask('first');
    expect([ask('second'), ask('third'), ask('second')]).toEqual([1000, 2000, 1000]);
    await clock.advance(400);
    expect([ask('third'), ask('second')]).toEqual([1600, 600]);
    await clock.advance(600);
    expect([ask('second'), ask('second')]).toEqual([0, 2000]);
  });

  test('of somebody who does not come back holds up nobody for long, and is forgotten in the end', async () => {
    const { ask, clock, pacer } = createBench(1);
    ask('first');
    expect([ask('gone'), ask('other')]).toEqual([1000, 2000]);
    await clock.advance(2_500);
    expect(ask('other')).toBe(0);
    expect(pacer.waiting()).toEqual([{ scope, calls: 0 }]);
    expect([ask('later'), ask('gone'), ask('later')]).toEqual([1000, 1000, 2000]);
    await clock.advance(70_000);
    expect([ask('later'), ask('gone')]).toEqual([0, 1000]);
  });

  test('that is far away is asked for again long before', async () => {
    const { ask, clock } = createBench(1);
    for (const ticket of tickets(101)) ask(ticket);
    expect(ask('last')).toBe(101 * 250);
    await clock.advance(1000);
    expect(ask('ticket-10')).toBe(5000);
  });
});

describe('whether a wait goes on', () => {
  const stillWaits = (pacer: Pacer, ticket: string, ratePerSecond = 1) =>
    pacer.stillWaits({ scope, ratePerSecond, claimant: 'a', ticket });

  test('is told to who waits as it would be told to who asks for the turn, and takes no turn', async () => {
    const { ask, clock, pacer } = createBench(1);
    ask('first');
    expect([ask('second'), ask('third')]).toEqual([1000, 2000]);
    await clock.advance(300);
    expect([stillWaits(pacer, 'third'), stillWaits(pacer, 'second')]).toEqual([1700, 700]);
    await clock.advance(700);
    for (let index = 0; index < 5; index++) expect(stillWaits(pacer, 'second')).toBeUndefined();
    expect(stillWaits(pacer, 'third')).toBe(1000);
    expect([ask('second'), ask('third')]).toEqual([0, 1000]);
  });

  test('keeps the place of who asks for nothing else', async () => {
    const { ask, clock, pacer } = createBench(1 / 60);
    ask('first');
    ask('second');
    for (let seconds = 0; seconds < 55; seconds += 5) {
      await clock.advance(5000);
      expect(stillWaits(pacer, 'second', 1 / 60)).toBeGreaterThan(0);
    }
    expect(ask('third')).toBeGreaterThan(15_000);
    await clock.advance(5000);
    expect(ask('second')).toBe(0);
  });

  test('is nothing to tell to who never asked, had its turn, or is not paced; and gives nobody a place', () => {
    const { ask, pacer } = createBench(1);
    expect(stillWaits(pacer, 'first')).toBeUndefined();
    ask('first');
    expect(stillWaits(pacer, 'first')).toBeUndefined();
    expect(stillWaits(pacer, 'second')).toBeUndefined();
    expect(pacer.waiting()).toEqual([{ scope, calls: 0 }]);
    expect(stillWaits(pacer, 'second', 0)).toBeUndefined();
  });
});

describe('a turn', () => {
  test('counts as a call until it is known that none was made', () => {
    const { ask, reserve } = createBench(1);
    const turn = reserve('first');
    expect(ask('second')).toBe(1000);
    if (turn.kind === 'turn') expect(turn.end('unused')).toBeUndefined();
    expect(ask('second')).toBe(0);
  });

  test('ends once', () => {
    const { ask, reserve } = createBench(1);
    const turn = reserve('first');
    if (turn.kind !== 'turn') throw new Error('no turn');
    turn.end('called');
    turn.end('unused');
    turn.end('throttled');
    expect(ask('second')).toBe(1000);
  });
});

describe('against a service that holds one second of the same rate', () => {
  test.each([1, 2, 5, 20, 25, 75, 7.5])(
    '%d calls a second: none is refused, none out of turn, no time lost',
    async (ratePerSecond) => {
      const count = Math.ceil(ratePerSecond * 8);
      const callers = callersOf('a', count);
      const { served, service } = await serve(callers, { ratePerSecond });
      expect(service.refused).toBe(0);
      expect(served.map(({ ticket }) => ticket)).toEqual(callers.map(({ ticket }) => ticket));
      expect(Math.max(...served.map(({ asked }) => asked))).toBeLessThanOrEqual(3);
      const burst = Math.max(1, Math.floor(ratePerSecond * 0.8));
      expect(served.at(-1)?.atMs).toBeLessThanOrEqual(((count - burst) / ratePerSecond) * 1000 + 1);
    },
  );

  test('callers that are all a little late lose nothing and are not refused', async () => {
    const random = createRandom(1);
    const { service, served } = await serve(callersOf('a', 200), { lateMs: () => random() * 300 });
    expect(service.refused).toBe(0);
    expect(served).toHaveLength(200);
    expect(served.at(-1)?.atMs).toBeLessThan(8000);
  });

  test('a timer that only knows tenths of a second costs nothing either', async () => {
    const lateMs = (): number => 100;
    const { service, served } = await serve(callersOf('a', 200), { lateMs });
    expect(service.refused).toBe(0);
    expect(served.at(-1)?.atMs).toBeLessThan(8000);
  });

  test('callers that all come at once after a standstill are spread out again', async () => {
    const lateMs = (now: number): number => (now < 500 ? 5000 - now : 0);
    const { service, served } = await serve(callersOf('a', 200), { lateMs });
    expect(service.refused).toBe(0);
    expect(new Set(served.map(({ ticket }) => ticket)).size).toBe(200);
    expect(Math.max(...served.map(({ asked }) => asked))).toBeLessThanOrEqual(5);
    expect(served.at(-1)?.atMs).toBeLessThan(20_000);
  });

  test.each([
    ['the first connections take two seconds, later ones none', (now: number) => (now < 100 ? 2000 : 1)],
    [
      'everything stands still between the third and the fifth second',
      (now: number) => (now > 3000 && now < 5000 ? 5000 - now : 5),
    ],
    ['every call takes half a second', () => 250],
  ])('calls that bunch on their way are not refused: %s', async (_, transitMs) => {
    const { service, served } = await serve(callersOf('a', 300), { transitMs });
    expect(service.refused).toBe(0);
    expect(served).toHaveLength(300);
    expect(largestBurst(service.arrivals, 25)).toBeLessThanOrEqual(20 + 1e-6);
  });

  test('a service that answers slowly makes callers wait, not ask all the time', async () => {
    const { served, service } = await serve(callersOf('a', 100), { transitMs: () => 2000 });
    expect(service.refused).toBe(0);
    expect(served).toHaveLength(100);
    expect(Math.max(...served.map(({ asked }) => asked))).toBeLessThan(100);
  });
});

describe('whatever comes', () => {
  /** Arrivals, lateness, transit times and deletions by chance. */
  function anything(seed: number): { callers: Required<Caller>[]; random: () => number } {
    const random = createRandom(seed);
    const claimants = 1 + Math.floor(random() * 6);
    const callers = Array.from({ length: 400 }, (_, index) => ({
      claimant: `claimant-${Math.floor(random() * random() * claimants)}`,
      ticket: `ticket-${index}`,
      fromMs: Math.floor(random() * 15_000),
      vanishes: random() < 0.2,
    }));
    return { callers, random };
  }

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'no span of time sees more calls than burst and rate (chance %d)',
    async (seed) => {
      const { callers, random } = anything(seed);
      const lateMs = (): number => (random() < 0.05 ? random() * 4000 : random() * 50);
      const transitMs = (): number => (random() < 0.05 ? random() * 1500 : random() * 40);
      const { served, service } = await serve(callers, { lateMs, transitMs });
      expect(largestBurst(service.arrivals, 25)).toBeLessThanOrEqual(20 + 1e-6);
      expect(service.refused).toBe(0);
      // Nobody who comes back is left behind; who vanishes may have been served at once.
      const names = new Set(served.map(({ ticket }) => ticket));
      expect(callers.filter(({ ticket, vanishes }) => !vanishes && !names.has(ticket))).toEqual([]);
      expect(names.size).toBe(served.length);
      expect(served.filter(({ asked }) => asked > 25)).toEqual([]);
    },
  );

  test.each([11, 12, 13, 14])(
    'the flow is used while somebody waits who comes back in time (chance %d)',
    async (seed) => {
      const { callers, random } = anything(seed);
      const present = callers.map((caller) => ({ ...caller, vanishes: false }));
      const { service } = await serve(present, { lateMs: () => random() * 20 });
      const inOrder = present.map(({ fromMs }) => fromMs).sort((a, b) => a - b);
      // The soonest that a bucket of the same burst and rate could serve them in order of arrival.
      let empty = 0;
      let soonest = 0;
      for (const at of inOrder) {
        empty = Math.max(empty, at) + 40;
        soonest = Math.max(soonest, at, empty - 20 * 40);
      }
      expect(service.arrivals.at(-1)).toBeGreaterThanOrEqual(soonest - 1e-6);
      expect(service.arrivals.at(-1)).toBeLessThan(soonest + 100);
    },
  );
});

describe('among claimants', () => {
  test('two with 500 calls each at once finish together, each in its own order', async () => {
    const callers = [...callersOf('a', 500), ...callersOf('b', 500)];
    const { served, service } = await serve(callers);
    const of = (claimant: string) => served.filter((each) => each.claimant === claimant);
    for (const claimant of ['a', 'b'])
      expect(of(claimant).map(({ ticket }) => ticket)).toEqual(callersOf(claimant, 500).map(({ ticket }) => ticket));
    const a = of('a').at(-1)?.atMs ?? 0;
    const b = of('b').at(-1)?.atMs ?? 0;
    expect(Math.abs(a - b)).toBeLessThan(Math.max(a, b) / 10);
    expect(Math.max(a, b)).toBeLessThan(((1000 - 20) / 25) * 1000 + 100);
    expect(service.refused).toBe(0);
    expect(served.reduce((sum, { asked }) => sum + asked, 0) / served.length).toBeLessThan(6);
    expect(Math.max(...served.map(({ asked }) => asked))).toBeLessThanOrEqual(12);
  });

  test('a single call does not wait behind the 500 of another', async () => {
    const { served } = await serve([...callersOf('a', 500), ...callersOf('b', 1, { fromMs: 3000 })]);
    expect(served.find(({ claimant }) => claimant === 'b')?.atMs).toBeLessThan(3000 + 200);
  });

  test('the second of two gets half of what is left, not what it missed', async () => {
    const { served } = await serve([...callersOf('a', 500), ...callersOf('b', 200, { fromMs: 8000 })]);
    const between = served.filter(({ atMs }) => atMs > 8500 && atMs < 14_500);
    const share = between.filter(({ claimant }) => claimant === 'b').length / between.length;
    expect(share).toBeGreaterThan(0.45);
    expect(share).toBeLessThan(0.55);
  });

  test('a stream of newcomers, each with one call, starves nobody', async () => {
    const newcomers = Array.from({ length: 100 }, (_, index) => callersOf(`new-${index}`, 1, { fromMs: index * 42 }));
    const { served } = await serve([...callersOf('a', 100), ...newcomers.flat()]);
    expect(served).toHaveLength(200);
    expect(served.filter(({ claimant }) => claimant === 'a').at(-1)?.atMs).toBeLessThan(8000);
  });

  test('500 calls that never come back cost the others some seconds, and then nothing', async () => {
    const gone = callersOf('a', 500, { vanishes: true });
    const { served } = await serve([
      ...gone,
      ...callersOf('b', 250),
      ...callersOf('a', 10).map((caller) => ({ ...caller, ticket: `next-${caller.ticket}` })),
    ]);
    // The burst goes to those who vanish afterwards; 260 others take 10.4 s by themselves.
    expect(served).toHaveLength(20 + 260);
    expect(served.at(-1)?.atMs).toBeLessThan(10_400 + 6_000);
  });
});

describe('a throttle', () => {
  test('slows down also those who wait already, and passes', async () => {
    const { ask, throttle, clock } = createBench(25);
    expect(throttle('throttled')).toBeGreaterThan(40);
    const waits = tickets(25).map((ticket) => ask(ticket));
    const [slowed = 0] = waits.slice(-1);
    expect(slowed).toBeGreaterThan(1800);
    expect(slowed).toBeLessThan(2200);
    await clock.advance(60_000);
    expect(tickets(20, 'later').filter((ticket) => ask(ticket) === 0)).toHaveLength(20);
  });

  test('of one call after the other is tried ever more rarely, up to every eight seconds', async () => {
    const { throttle, clock } = createBench(25);
    const waits: number[] = [];
    for (let index = 0; index < 7; index++) {
      const afterMs = throttle('alone') ?? 0;
      waits.push(afterMs);
      await clock.advance(afterMs);
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 8000, 8000]);
  });

  test('leaves the throttled call its place', async () => {
    const { ask, throttle, clock } = createBench(1);
    const againMs = throttle('first') ?? 0;
    expect(againMs).toBeGreaterThan(1000);
    expect(ask('second')).toBeGreaterThan(againMs);
    await clock.advance(againMs);
    expect(ask('second')).toBeGreaterThan(0);
    expect(ask('first')).toBe(0);
  });

  test('of a call that was asked for again meanwhile leaves it one place', async () => {
    const { reserve, ask, clock, pacer } = createBench(1);
    const turn = reserve('first');
    ask('first');
    if (turn.kind === 'turn') turn.end('throttled');
    expect(pacer.waiting()).toEqual([{ scope, calls: 1 }]);
    await clock.advance(20_000);
    expect(ask('first')).toBe(0);
    await clock.advance(20_000);
    expect(ask('second')).toBe(0);
  });

  test('counts once a second, and never stops the calls', async () => {
    const { reserve, clock, throttle } = createBench(25);
    const turns = tickets(20).map((ticket) => reserve(ticket));
    const waits = turns.map((turn) => (turn.kind === 'turn' ? turn.end('throttled') : undefined));
    expect(waits[0]).toBe(500);
    let calls = 0;
    for (let second = 0; second < 600; second += 0.25) {
      await clock.advance(250);
      if (throttle('ticket-0') !== undefined) calls += 1;
    }
    // The floor is a sixteenth of the rate, and what comes back until the next throttle less than another one.
    expect(calls).toBeGreaterThan((600 * 25) / 16);
    expect(calls).toBeLessThan((600 * 25) / 8);
  });

  test('when others use half of the quota, calls come down to what is left and all get through', async () => {
    const { served, service } = await serve(callersOf('a', 300), { service: new ServiceQuota(12.5) });
    expect(new Set(served.map(({ ticket }) => ticket)).size).toBe(300);
    expect(service.refused).toBeLessThan(100);
  });
});

test('scopes that nobody uses any more are forgotten, but for those where somebody waits or is being answered', async () => {
  const { clock, pacer, ask } = createBench(1);
  const reserveIn = (region: string): Reservation =>
    pacer.reserve({ scope: { ...scope, region }, ratePerSecond: 1, claimant: 'a', ticket: 't' });
  const regions = (): string[] => pacer.waiting().map((known) => known.scope.region);
  ask('first');
  reserveIn('under-way');
  for (let number = 0; number < 50; number++) {
    const turn = reserveIn(`invented-${number}`);
    if (turn.kind === 'turn') turn.end('called');
  }
  await clock.advance(600_001);
  ask('second');
  reserveIn('new');
  expect(regions()).toEqual([scope.region, 'under-way', 'new']);
});
