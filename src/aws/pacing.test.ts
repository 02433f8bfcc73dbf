import { describe, expect, test } from '@jest/globals';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { Pacer } from './pacing.ts';

const key = 'acm-pca/111122223333/eu-west-1/IssueCertificate';

/** The service's side: a bucket that holds one second's rate, full at the beginning. */
class ServerBucket {
  refused = 0;
  readonly calls: number[] = [];
  readonly #rate: number;
  #tokens: number;
  #at = 0;

  constructor(rate: number) {
    this.#rate = rate;
    this.#tokens = rate;
  }

  call(now: number): boolean {
    this.#tokens = Math.min(this.#rate, this.#tokens + ((now - this.#at) / 1000) * this.#rate);
    this.#at = now;
    this.calls.push(now);
    const granted = this.#tokens >= 1;
    if (granted) this.#tokens -= 1;
    else this.refused += 1;
    return granted;
  }
}

/** Callers that ask, wait as they are told, and call. Returns the tickets in the order in which they were served. */
async function serve(
  rate: number,
  tickets: readonly string[],
  options: {
    readonly server?: ServerBucket;
    readonly lateBy?: (asked: number) => number;
    readonly clock?: FakeClock;
  } = {},
) {
  const { clock = new FakeClock(), server = new ServerBucket(rate), lateBy = () => 0 } = options;
  const pacer = new Pacer(clock);
  const served: string[] = [];
  let asked = 0;
  const ask = (ticket: string): void => {
    const waitMs = pacer.reserve(key, rate, ticket);
    if (waitMs > 0) return void clock.schedule(waitMs + lateBy(asked++), () => ask(ticket));
    if (server.call(clock.monotonic())) return void served.push(ticket);
    pacer.throttled(key);
    clock.schedule(500, () => ask(ticket));
  };
  tickets.forEach(ask);
  while (clock.pending > 0) await clock.advance(1000);
  return { served, server, asked };
}

const tickets = (count: number): string[] => Array.from({ length: count }, (_, index) => `ticket-${index}`);

describe('a bucket that nobody used', () => {
  test.each([
    [25, 20],
    [75, 60],
    [2, 1],
    [1, 1],
    [0.5, 1],
  ])('of %d calls a second lets %d pass at once', (rate, burst) => {
    const pacer = new Pacer(new FakeClock());
    const waits = tickets(burst + 2).map((ticket) => pacer.reserve(key, rate, ticket));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(burst);
    expect(waits.slice(burst)).toEqual([Math.ceil(1000 / rate), Math.ceil(2000 / rate)]);
  });

  test('is full again after a second without calls', async () => {
    const clock = new FakeClock();
    const pacer = new Pacer(clock);
    const burst = (name: string) => tickets(25).filter((ticket) => pacer.reserve(key, 25, name + ticket) === 0).length;
    expect(burst('a')).toBe(20);
    await clock.advance(2000);
    expect(burst('b')).toBe(20);
  });
});

test.each([0, -1])('a rate of %d means no pacing', (rate) => {
  const pacer = new Pacer(new FakeClock());
  expect(new Set(tickets(100).map((ticket) => pacer.reserve(key, rate, ticket)))).toEqual(new Set([0]));
});

test('keys do not share a bucket', () => {
  const pacer = new Pacer(new FakeClock());
  expect(pacer.reserve('a', 1, 'x')).toBe(0);
  expect(pacer.reserve('b', 1, 'x')).toBe(0);
  expect(pacer.reserve('a', 1, 'y')).toBe(1000);
});

describe('a place', () => {
  test('is kept for its ticket, however often and whenever it asks', async () => {
    const clock = new FakeClock();
    const pacer = new Pacer(clock);
    pacer.reserve(key, 1, 'first');
    expect(pacer.reserve(key, 1, 'second')).toBe(1000);
    expect(pacer.reserve(key, 1, 'third')).toBe(2000);
    expect(pacer.reserve(key, 1, 'second')).toBe(1000);
    await clock.advance(400);
    expect(pacer.reserve(key, 1, 'third')).toBe(1600);
    expect(pacer.reserve(key, 1, 'second')).toBe(600);
    await clock.advance(600);
    expect(pacer.reserve(key, 1, 'second')).toBe(0);
    expect(pacer.reserve(key, 1, 'second')).toBe(2000);
  });

  test('is lost when nobody came for it for long', async () => {
    const clock = new FakeClock();
    const pacer = new Pacer(clock);
    pacer.reserve(key, 1, 'first');
    expect(pacer.reserve(key, 1, 'gone')).toBe(1000);
    await clock.advance(70_000);
    expect(pacer.reserve(key, 1, 'other')).toBe(0);
    expect(pacer.reserve(key, 1, 'gone')).toBe(1000);
  });
});

describe('against a service that holds one second of the same rate', () => {
  test.each([1, 2, 5, 20, 25, 75, 7.5])(
    '%d calls a second: none is refused, none out of turn, no time lost',
    async (rate) => {
      const count = Math.ceil(rate * 8);
      const { served, server, asked } = await serve(rate, tickets(count));
      expect(server.refused).toBe(0);
      expect(served).toEqual(tickets(count));
      expect(asked).toBeLessThan(count);
      const burst = Math.max(1, Math.floor(rate * 0.8));
      expect(server.calls.at(-1)).toBeLessThanOrEqual(((count - burst) / rate) * 1000 + 1);
    },
  );

  test('callers that are all a little late lose nothing and are not refused', async () => {
    const { server, served } = await serve(25, tickets(200), { lateBy: (asked) => (asked * 37) % 300 });
    expect(server.refused).toBe(0);
    expect(served).toHaveLength(200);
    expect(server.calls.at(-1)).toBeLessThan(8000);
  });

  test('callers that all come at once after a standstill are spread out again', async () => {
    const { server, served, asked } = await serve(25, tickets(200), {
      lateBy: (asked) => (asked < 180 ? Math.max(0, 5000 - (asked / 25) * 1000) : 0),
    });
    expect(server.refused).toBe(0);
    expect(new Set(served).size).toBe(200);
    // Whoever is late is told another time, not sent round and round.
    expect(asked).toBeLessThan(800);
    expect(server.calls.at(-1)).toBeLessThan(16_000);
  });
});

describe('a throttle', () => {
  test('slows down also those who wait already, and passes', async () => {
    const clock = new FakeClock();
    const pacer = new Pacer(clock);
    tickets(45).forEach((ticket) => pacer.reserve(key, 25, ticket));
    expect(pacer.reserve(key, 25, 'ticket-44')).toBe(1000);
    pacer.throttled(key);
    const slowed = pacer.reserve(key, 25, 'ticket-44');
    expect(slowed).toBeGreaterThan(1800);
    expect(slowed).toBeLessThan(2000);
    await clock.advance(slowed);
    expect(pacer.reserve(key, 25, 'ticket-44')).toBe(0);
  });

  test('counts once a second, and never stops the calls', async () => {
    const clock = new FakeClock();
    const pacer = new Pacer(clock);
    const probe = (): number => pacer.reserve(key, 1, 'probe');
    pacer.reserve(key, 1, 'first');
    pacer.throttled(key);
    const once = probe();
    pacer.throttled(key);
    expect(probe()).toBe(once);
    for (let second = 0; second < 20; second++) {
      await clock.advance(1000);
      pacer.throttled(key);
    }
    expect(pacer.reserve(key, 1, 'late')).toBeLessThan(16_000 * 4);
  });

  test('takes the burst away, and gives it back', async () => {
    const clock = new FakeClock();
    const pacer = new Pacer(clock);
    pacer.reserve(key, 25, 'first');
    pacer.throttled(key);
    expect(pacer.reserve(key, 25, 'second')).toBeGreaterThan(0);
    await clock.advance(20_000);
    expect(tickets(25).filter((ticket) => pacer.reserve(key, 25, ticket) === 0)).toHaveLength(20);
  });

  test('of a key that was never used does nothing', () => {
    expect(() => new Pacer(new FakeClock()).throttled(key)).not.toThrow();
  });

  test('when others use half of the quota, calls come down to what is left and all get through', async () => {
    const server = new ServerBucket(12.5);
    const { served } = await serve(25, tickets(300), { server });
    expect(new Set(served).size).toBe(300);
    expect(server.refused).toBeLessThan(100);
  });
});
