import { describe, expect, test } from '@jest/globals';

import { createPing, planHealthAnswer, runCheck } from './health.ts';
import type { CheckResult, HealthQuery } from './health.ts';

const well: CheckResult = { name: 'well', fault: undefined };
const ill: CheckResult = { name: 'ill', fault: 'secret reason' };
const plain: HealthQuery = { exclude: [], verbose: false };

describe('planHealthAnswer', () => {
  test.each<[string, CheckResult[], HealthQuery, number, string]>([
    ['no checks', [], plain, 200, 'ok'],
    ['all well', [well], plain, 200, 'ok'],
    ['all well, verbose', [well], { ...plain, verbose: true }, 200, '[+]well ok\nreadyz check passed\n'],
    ['one ill', [well, ill], plain, 500, '[+]well ok\n[-]ill failed: reason withheld\nreadyz check failed\n'],
    ['the ill one excluded', [well, ill], { ...plain, exclude: ['ill'] }, 200, 'ok'],
    [
      'the ill one excluded, verbose',
      [well, ill],
      { exclude: ['ill'], verbose: true },
      200,
      '[+]well ok\n[+]ill excluded: ok\nreadyz check passed\n',
    ],
    [
      'an unknown one excluded, verbose',
      [well],
      { exclude: ['other'], verbose: true },
      200,
      '[+]well ok\nwarn: nothing to exclude is called other\nreadyz check passed\n',
    ],
  ])('%s', (_what, results, query, status, body) => {
    expect(planHealthAnswer('readyz', results, query)).toEqual({ status, body });
  });
});

describe('runCheck', () => {
  test.each<[string, () => string | undefined | Promise<string | undefined>, string | undefined]>([
    ['well', () => undefined, undefined],
    ['ill', () => 'no', 'no'],
    ['well later', () => Promise.resolve(undefined), undefined],
    ['rejects', () => Promise.reject(new Error('broken')), 'broken'],
  ])('%s', async (_what, check, fault) => {
    expect(await runCheck({ name: 'one', check })).toEqual({ name: 'one', fault });
  });

  test('a ping is well', async () => {
    expect(await runCheck(createPing('health'))).toEqual({ name: 'health', fault: undefined });
  });
});
