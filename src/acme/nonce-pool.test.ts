import { expect, test } from '@jest/globals';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { NoncePool } from './nonce-pool.ts';

test('gives the latest first, each once, and in the end none', () => {
  const pool = new NoncePool(new FakeClock());
  ['a', 'b'].forEach((nonce) => pool.put(nonce));
  expect([pool.take(), pool.take(), pool.take()]).toEqual(['b', 'a', undefined]);
});

test('keeps the latest 64', () => {
  const pool = new NoncePool(new FakeClock());
  for (let i = 0; i < 100; i++) pool.put(String(i));
  const taken = Array.from({ length: 65 }, () => pool.take());
  expect([taken[0], taken[63], taken[64]]).toEqual(['99', '36', undefined]);
});

test('forgets all that are as old as one that is too old', async () => {
  const clock = new FakeClock();
  const pool = new NoncePool(clock);
  pool.put('old');
  await clock.advance(120_001);
  pool.put('new');
  expect([pool.take(), pool.take()]).toEqual(['new', undefined]);
});
