import { describe, expect, test } from '@jest/globals';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { Gate } from './gate.ts';

const denial = { code: 'AccessDeniedException', message: 'denied' };

describe('Gate', () => {
  test('is open until it is shut, for that template alone', () => {
    const gate = new Gate(new FakeClock());
    expect(gate.check('a')).toBeUndefined();
    expect(gate.enter('a')).toBeUndefined();
    expect(gate.shut('a', denial)).toEqual({ kind: 'blocked', ...denial, afterMs: 60_000 });
    expect(gate.check('b')).toBeUndefined();
    expect(gate.enter('b')).toBeUndefined();
    expect(gate.check('a')).toEqual({ kind: 'blocked', ...denial, afterMs: 60_000 });
  });

  test('forgets what nobody has asked for in an hour', async () => {
    const clock = new FakeClock();
    const gate = new Gate(clock);
    for (let i = 0; i < 100; i++) gate.shut(`gone ${i}`, denial);
    await clock.advance(61 * 60_000 + 1);
    gate.shut('a', denial);
    expect(gate.size).toBe(1);
    expect(gate.check('a')).toMatchObject({ kind: 'blocked' });
  });

  test('lets one try again when the time is up, and the others wait for what comes of it', async () => {
    const clock = new FakeClock();
    const gate = new Gate(clock);
    gate.shut('a', denial);
    await clock.advance(59_000);
    expect(gate.enter('a')).toMatchObject({ afterMs: 1000 });
    await clock.advance(1000);
    expect(gate.check('a')).toBeUndefined();
    expect(gate.enter('a')).toBeUndefined();
    expect(gate.check('a')).toMatchObject({ kind: 'blocked', message: 'denied', afterMs: 60_000 });
    gate.open('a');
    expect(gate.check('a')).toBeUndefined();
  });
});
