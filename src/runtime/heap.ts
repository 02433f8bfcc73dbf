/** A binary heap whose items can also be taken out of the middle. Every change costs O(log n). */
export interface Heap<T> {
  readonly size: number;
  /** The item that comes before all others. */
  peek(): T | undefined;
  push(item: T): void;
  pop(): T | undefined;
  /** False when the item is not in the heap. */
  remove(item: T): boolean;
}

export function createHeap<T extends object>(isBefore: (a: T, b: T) => boolean): Heap<T> {
  const items: T[] = [];
  const positions = new Map<T, number>();

  function place(item: T, position: number): void {
    items[position] = item;
    positions.set(item, position);
  }

  function rise(item: T, start: number): number {
    let position = start;
    while (position > 0) {
      const above = (position - 1) >> 1;
      const parent = items[above] as T;
      if (!isBefore(item, parent)) break;
      place(parent, position);
      position = above;
    }
    place(item, position);
    return position;
  }

  function sink(item: T, start: number): void {
    let position = start;
    for (;;) {
      const child = firstChild(position);
      if (child === undefined || !isBefore(items[child] as T, item)) break;
      place(items[child] as T, position);
      position = child;
    }
    place(item, position);
  }

  function firstChild(position: number): number | undefined {
    const left = 2 * position + 1;
    const right = left + 1;
    if (left >= items.length) return undefined;
    return right < items.length && isBefore(items[right] as T, items[left] as T) ? right : left;
  }

  function remove(item: T): boolean {
    const position = positions.get(item);
    if (position === undefined) return false;
    positions.delete(item);
    const last = items.pop() as T;
    if (last !== item && rise(last, position) === position) sink(last, position);
    return true;
  }

  return {
    get size() {
      return items.length;
    },
    peek: () => items[0],
    push(item) {
      rise(item, items.length);
    },
    pop() {
      const first = items[0];
      if (first !== undefined) remove(first);
      return first;
    },
    remove,
  };
}
