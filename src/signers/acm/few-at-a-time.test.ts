import { expect, test } from '@jest/globals';
import { fewAtATime } from './few-at-a-time.ts';

/** Works until it is told to end, and counts how much is under way. */
function createWork() {
  const state = { inFlight: 0, most: 0, begun: 0 };
  const work = async (item: number): Promise<number> => {
    state.begun += 1;
    state.most = Math.max(state.most, ++state.inFlight);
    await new Promise(setImmediate);
    state.inFlight -= 1;
    if (item < 0) throw new Error('failed');
    return item * 2;
  };
  return { state, work };
}

test('so many at once, and answers in their places', async () => {
  const { state, work } = createWork();
  expect(await fewAtATime([1, 2, 3, 4, 5, 6, 7], 3, work)).toEqual([2, 4, 6, 8, 10, 12, 14]);
  expect(state.most).toBe(3);
});

test('nothing more is begun after an answer that is enough, or a failure', async () => {
  const items = Array.from({ length: 50 }, (_, index) => index);
  const enough = createWork();
  await fewAtATime(items, 2, enough.work, (answer) => answer === 6);
  expect(enough.state.begun).toBeLessThan(7);
  const failing = createWork();
  await expect(fewAtATime([1, -1, ...items], 2, failing.work)).rejects.toThrow('failed');
  expect(failing.state.begun).toBeLessThan(5);
});
