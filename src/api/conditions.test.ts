import { describe, expect, test } from '@jest/globals';
import type { BaseCondition, Condition, WantedCondition } from './conditions.ts';
import { findCondition, hasCondition, haveSameFields, withTransitionTime } from './conditions.ts';

const before = '2026-01-02T03:00:00Z';
const now = Date.parse('2026-01-02T03:04:05.678Z');
const nowText = '2026-01-02T03:04:05Z';

const ready = (fields: Partial<Condition> = {}): Condition => ({
  type: 'Ready',
  status: 'True',
  reason: 'Verified',
  message: 'fine',
  lastTransitionTime: before,
  observedGeneration: 1,
  ...fields,
});
const wanted = (fields: Partial<WantedCondition<Condition>> = {}): WantedCondition<Condition> => ({
  type: 'Ready',
  status: 'True',
  reason: 'Verified',
  message: 'fine',
  observedGeneration: 1,
  ...fields,
});
const approved: BaseCondition = { type: 'Approved', status: 'True', lastTransitionTime: before };

describe('findCondition and hasCondition', () => {
  const conditions = [approved, ready()];
  test('find by type', () => {
    expect(findCondition(conditions, 'Ready')).toBe(conditions[1]);
    expect(findCondition(conditions, 'Denied')).toBeUndefined();
    expect(findCondition(undefined, 'Ready')).toBeUndefined();
  });
  test.each([
    [{ type: 'Ready', status: 'True' }, true],
    [{ type: 'Ready', status: 'False' }, false],
    [{ type: 'Ready', status: 'True', reason: 'Verified' }, true],
    [{ type: 'Ready', status: 'True', reason: 'Error' }, false],
    [{ type: 'Denied', status: 'True' }, false],
  ] as const)('%j is %s', (condition, expected) => {
    expect(hasCondition(conditions, condition)).toBe(expected);
  });
});

describe('lastTransitionTime', () => {
  test.each([
    ['stays while only reason and message change', ready({ reason: 'Other', message: 'else' }), before],
    ['moves when the status changes', ready({ status: 'False' }), nowText],
    ['is set, in whole seconds, on a new condition', undefined, nowText],
    ['is set where the predecessor had none', { type: 'Ready', status: 'True' } as const, nowText],
  ])('%s', (_name, previous, expected) => {
    expect(withTransitionTime<Condition>(previous, wanted(), now).lastTransitionTime).toBe(expected);
  });
});

test.each([
  [{ a: 1 }, { a: 1 }, true],
  [{ a: 1, b: undefined }, { a: 1 }, true],
  [{ a: 1 }, { a: 2 }, false],
  [{ a: 1 }, { a: 1, b: 2 }, false],
  [{ a: 1, b: 2 }, { a: 1 }, false],
])('haveSameFields(%j, %j) is %s', (a, b, expected) => {
  expect(haveSameFields(a, b)).toBe(expected);
});
