import { expect, test } from '@jest/globals';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { createMemoryLogger } from '../../../test/support/memory-logger.ts';
import { FakeSolver } from '../../../test/support/acme-bench.ts';
import { ChallengeRecords } from './challenge-records.ts';

test('the records of abandoned orders go twenty orders at a time, and those that cannot go hold up no others', async () => {
  const clock = new FakeClock();
  const records = new ChallengeRecords(clock, createMemoryLogger());
  const [denied, solver] = [new FakeSolver(), new FakeSolver()];
  denied.removes.push(...Array.from({ length: 40 }, () => new Error('AccessDenied')));
  const name = '_acme-challenge.a.test';
  const add = (order: string, value: string, by: FakeSolver): void => {
    by.records.add(`${name} ${value}`);
    records.add(order, [{ name, value, solver: by }]);
  };
  for (let i = 0; i < 20; i++) add(`denied ${i}`, `denied ${i}`, denied);
  for (let i = 0; i < 30; i++) add(`gone ${i}`, `gone ${i}`, solver);
  const left: number[] = [];
  for (let i = 0; i < 3; i++) {
    await clock.advance(16 * 60_000);
    await records.sweep();
    left.push(solver.records.size);
  }
  expect(left).toEqual([30, 10, 0]);
});
