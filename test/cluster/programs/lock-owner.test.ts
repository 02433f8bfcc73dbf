import { describe, expect, test } from '@jest/globals';
import { ABANDONED_AFTER_MS, isAbandoned, parseLockOwner, type LockOwner, type LockView } from './lock-owner.ts';

const owner: LockOwner = { pid: 7, host: 'here', token: 't' };
const view = (change: Partial<LockView>): LockView => ({ host: 'here', isAlive: () => true, ageMs: 0, ...change });
const isDead = (): boolean => false;

describe('isAbandoned', () => {
  test.each<[string, LockOwner | undefined, LockView, boolean]>([
    ['a living holder', owner, view({}), false],
    ['a dead holder', owner, view({ isAlive: isDead }), true],
    [
      'a holder on another machine, whose processes cannot be seen',
      owner,
      view({ host: 'there', isAlive: isDead }),
      false,
    ],
    [
      'a holder on another machine that fell silent',
      owner,
      view({ host: 'there', ageMs: ABANDONED_AFTER_MS + 1 }),
      true,
    ],
    ['a silent holder whose id another process has by now', owner, view({ ageMs: ABANDONED_AFTER_MS + 1 }), true],
    ['a fresh file of somebody else', undefined, view({ isAlive: isDead }), false],
    ['an old file of somebody else', undefined, view({ ageMs: ABANDONED_AFTER_MS + 1 }), true],
  ])('%s', (_, held, seen, expected) => {
    expect(isAbandoned(held, seen)).toBe(expected);
  });
});

describe('parseLockOwner', () => {
  test('reads what a holder writes', () => {
    expect(parseLockOwner(JSON.stringify(owner))).toEqual(owner);
  });

  test.each(['', 'null', '[]', '{"pid":"7"}', 'not JSON'])('takes %j for no lock of ours', (text) => {
    expect(parseLockOwner(text)).toBeUndefined();
  });
});
