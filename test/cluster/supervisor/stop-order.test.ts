import { expect, test } from '@jest/globals';
import { planStopWaves } from './stop-order.ts';

test('the highest rank stops first, equals together', () => {
  const [etcd, server, one, other] = [{ rank: 0 }, { rank: 1 }, { rank: 2 }, { rank: 2 }];
  expect(planStopWaves([etcd, one, server, other])).toEqual([[one, other], [server], [etcd]]);
  expect(planStopWaves([])).toEqual([]);
});
