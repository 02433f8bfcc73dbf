import { describe, expect, test } from '@jest/globals';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { CredentialCache, type Credentials, fixedCredentials, freshnessOf } from './credential-cache.ts';

const minute = 60_000;

describe('freshnessOf', () => {
  test.each([
    ['an hour', 60 * minute, 55 * minute, 59 * minute],
    ['fifteen minutes', 15 * minute, 11.25 * minute, 14 * minute],
    ['four minutes', 4 * minute, 3 * minute, 3.6 * minute],
    ['ten seconds', 10_000, 7_500, 9_000],
    ['ended already', -minute, 3_750, 4_500],
  ])('%s', (_, lifetimeMs, refreshAtMs, usableUntilMs) =>
    expect(freshnessOf({ ...created(0), expiration: new Date(1000 * minute + lifetimeMs) }, 1000 * minute)).toEqual({
      refreshAtMs: 1000 * minute + refreshAtMs,
      usableUntilMs: 1000 * minute + usableUntilMs,
    }),
  );

  test('without an end they are read again after a minute', () =>
    expect(freshnessOf(created(0), 7)).toEqual({ refreshAtMs: minute + 7, usableUntilMs: Infinity }));
});

const created = (number: number): Credentials => ({ accessKeyId: `AKIA${number}`, secretAccessKey: 'secret' });

/** A source whose answers wait until the test gives them. */
function createBench(lifetimeMs: number | undefined) {
  const clock = new FakeClock();
  const pending: { resolve: () => void; reject: (error: Error) => void }[] = [];
  let fetches = 0;
  const cache = new CredentialCache(clock, () => {
    const credentials = created(++fetches);
    return new Promise((resolve, reject) => {
      pending.push({
        resolve: () =>
          resolve(
            lifetimeMs === undefined ? credentials : { ...credentials, expiration: new Date(clock.now() + lifetimeMs) },
          ),
        reject,
      });
    });
  });
  const keyOf = async (): Promise<string> => (await cache.get()).accessKeyId;
  /** Asks, and lets the fetch that this begins succeed. */
  const settleGet = async (): Promise<string> => {
    const key = keyOf();
    pending.shift()?.resolve();
    return key;
  };
  return { clock, cache, pending, keyOf, settleGet, fetches: () => fetches };
}

describe('CredentialCache', () => {
  test('credentials 35: all who ask share one fetch, also near the end, and nobody waits while the old ones hold', async () => {
    const { clock, pending, keyOf, fetches } = createBench(60 * minute);
    const first = Promise.all(Array.from({ length: 50 }, keyOf));
    expect(fetches()).toBe(1);
    pending.shift()?.resolve();
    expect(new Set(await first)).toEqual(new Set(['AKIA1']));
    await clock.advance(55 * minute - 1);
    expect(await keyOf()).toBe('AKIA1');
    expect(fetches()).toBe(1);
    await clock.advance(1);
    expect(await Promise.all(Array.from({ length: 50 }, keyOf))).toEqual(Array.from({ length: 50 }, () => 'AKIA1'));
    expect(fetches()).toBe(2);
    pending.shift()?.resolve();
    await clock.advance(0);
    expect(await keyOf()).toBe('AKIA2');
    expect(fetches()).toBe(2);
  });

  test('in their last minute all wait for the same new ones', async () => {
    const { clock, pending, keyOf, settleGet, fetches } = createBench(60 * minute);
    await settleGet();
    await clock.advance(59 * minute);
    const later = Promise.all([keyOf(), keyOf()]);
    pending.shift()?.resolve();
    expect(await later).toEqual(['AKIA2', 'AKIA2']);
    expect(fetches()).toBe(2);
  });

  test('those that live for less than five minutes are not fetched for each call', async () => {
    const { clock, settleGet, fetches } = createBench(200_000);
    await settleGet();
    for (let second = 0; second < 149; second++) {
      await clock.advance(1000);
      expect(await settleGet()).toBe('AKIA1');
    }
    expect(fetches()).toBe(1);
  });

  test('an early refresh that fails harms nobody, and is not tried again at once', async () => {
    const { clock, pending, keyOf, settleGet, fetches } = createBench(60 * minute);
    await settleGet();
    await clock.advance(56 * minute);
    expect(await keyOf()).toBe('AKIA1');
    pending.shift()?.reject(new Error('no'));
    await clock.advance(9_999);
    expect(await keyOf()).toBe('AKIA1');
    expect(fetches()).toBe(2);
    await clock.advance(1);
    expect(await settleGet()).toBe('AKIA1');
    expect(fetches()).toBe(3);
    await clock.advance(0);
    expect(await keyOf()).toBe('AKIA3');
  });

  test('a fetch that fails is told to all who wait, as of a call that was not made, and a second later tried again', async () => {
    const { clock, pending, keyOf, settleGet } = createBench(undefined);
    const waiting = [keyOf(), keyOf()].map((key) =>
      expect(key).rejects.toMatchObject({
        operation: 'GetCredentials',
        code: 'CredentialsProviderError',
        refused: true,
      }),
    );
    pending.shift()?.reject(Object.assign(new Error('none'), { name: 'CredentialsProviderError' }));
    await Promise.all(waiting);
    await clock.advance(1_000);
    expect(await settleGet()).toBe('AKIA2');
  });

  test('a source that fails is asked once a second, however many want to know', async () => {
    const { clock, pending, keyOf, settleGet, fetches } = createBench(60 * minute);
    for (let askers = 0; askers < 100; askers++) {
      const outcome = expect(keyOf()).rejects.toMatchObject({ code: 'Throttling', consequence: 'throttled' });
      pending.shift()?.reject(Object.assign(new Error('slow down'), { name: 'Throttling' }));
      await outcome;
      await clock.advance(50);
    }
    expect(fetches()).toBe(5);
    expect(await settleGet()).toBe('AKIA6');
    expect(await keyOf()).toBe('AKIA6');
  });

  test('a source that never answers is given up, and asked again by the next one', async () => {
    const { clock, pending, keyOf, settleGet } = createBench(undefined);
    const outcome = expect(keyOf()).rejects.toMatchObject({
      code: 'TimeoutError',
      consequence: 'transient',
      refused: true,
    });
    await clock.advance(25_000);
    await outcome;
    pending.shift();
    await clock.advance(1_000);
    expect(await settleGet()).toBe('AKIA2');
    expect(clock.pending).toBe(0);
  });

  test('those without an end are read again in the background after a minute', async () => {
    const { clock, keyOf, settleGet } = createBench(undefined);
    await settleGet();
    await clock.advance(minute);
    expect(await settleGet()).toBe('AKIA1');
    await clock.advance(0);
    expect(await keyOf()).toBe('AKIA2');
  });

  test('credentials 50: refused ones are replaced once, whoever reports it, and not over and over', async () => {
    const { clock, cache, pending, settleGet, fetches } = createBench(60 * minute);
    await settleGet();
    const refused = await cache.get();
    expect([cache.refuse(refused), cache.refuse(refused)]).toEqual([true, true]);
    const later = Promise.all([cache.get(), cache.get()]);
    pending.shift()?.resolve();
    const [second] = await later;
    expect(fetches()).toBe(2);
    expect(cache.refuse(refused)).toBe(true);
    expect(await cache.get()).toBe(second);
    expect(cache.refuse(second)).toBe(false);
    expect(await cache.get()).toBe(second);
    await clock.advance(10_000);
    expect(cache.refuse(second)).toBe(true);
  });
});

test('a key that is what it is cannot be replaced', async () => {
  const supply = fixedCredentials(created(1));
  expect(supply.refuse(await supply.get())).toBe(false);
});
