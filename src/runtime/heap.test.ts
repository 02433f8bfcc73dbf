import { describe, expect, test } from '@jest/globals';

import { createHeap } from './heap.ts';

interface Box {
  readonly value: number;
}
const box = (value: number): Box => ({ value });
const createBoxHeap = () => createHeap<Box>((a, b) => a.value < b.value);

/** A fixed sequence that looks random (Numerical Recipes' linear congruential generator). */
function* numbers(count: number): Generator<number> {
  for (let i = 0, state = 1; i < count; i++) {
    state = (state * 1664525 + 1013904223) % 4294967296;
    yield state % 1000;
  }
}

function drain(heap: ReturnType<typeof createBoxHeap>): number[] {
  const values: number[] = [];
  for (let item = heap.pop(); item; item = heap.pop()) values.push(item.value);
  return values;
}

describe('heap', () => {
  test('gives items in order', () => {
    const heap = createBoxHeap();
    const values = [...numbers(500)];
    for (const value of values) heap.push(box(value));
    expect(drain(heap)).toEqual([...values].sort((a, b) => a - b));
  });

  test('stays in order when items are taken out of the middle', () => {
    const heap = createBoxHeap();
    const boxes = [...numbers(500)].map(box);
    for (const item of boxes) heap.push(item);
    const gone = boxes.filter((_, index) => index % 3 === 0);
    for (const item of gone) expect(heap.remove(item)).toBe(true);
    const kept = boxes.filter((_, index) => index % 3 !== 0).map((item) => item.value);
    expect(heap.size).toBe(kept.length);
    expect(drain(heap)).toEqual(kept.sort((a, b) => a - b));
  });

  test('says when there was nothing to remove', () => {
    const heap = createBoxHeap();
    const item = box(1);
    heap.push(item);
    expect(heap.remove(box(1))).toBe(false);
    expect(heap.remove(item)).toBe(true);
    expect(heap.remove(item)).toBe(false);
  });

  test('is empty at first', () => {
    const heap = createBoxHeap();
    expect([heap.size, heap.peek(), heap.pop()]).toEqual([0, undefined, undefined]);
  });
});
