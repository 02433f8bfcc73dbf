import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from './objects.ts';
import { ObjectStore } from './store.ts';

interface Request extends KubeObject {
  readonly spec: { readonly issuers: readonly string[] };
}

const request = (name: string, resourceVersion: string, issuers: readonly string[] = [], uid = name): Request => ({
  apiVersion: 'v1',
  kind: 'Request',
  metadata: { name, namespace: 'shop', uid, resourceVersion, creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { issuers },
});
const createStore = (): ObjectStore<Request> => new ObjectStore({ issuer: ({ spec }) => spec.issuers });
const namesOf = (objects: readonly Request[]): string[] => objects.map(({ metadata }) => metadata.name).sort();

describe('ObjectStore', () => {
  test('put tells added, updated, and nothing for the version it has', () => {
    const store = createStore();
    const [first, second] = [request('a', '1'), request('a', '2')];
    expect(store.put(first)).toEqual([{ type: 'added', object: first }]);
    expect(store.put(request('a', '1'))).toEqual([]);
    expect(store.put(second)).toEqual([{ type: 'updated', previous: first, current: second }]);
    expect(store.get('shop/a')).toBe(second);
    expect(store.size).toBe(1);
  });

  test('compares versions for equality only: a smaller number is a newer object all the same', () => {
    const store = createStore();
    store.put(request('a', '10'));
    expect(store.put(request('a', '9'))).toHaveLength(1);
  });

  test('another uid under the same name is a deletion and a creation', () => {
    const store = createStore();
    const [before, after] = [request('a', '1', [], 'u1'), request('a', '5', [], 'u2')];
    store.put(before);
    expect(store.put(after)).toEqual([
      { type: 'deleted', object: before },
      { type: 'added', object: after },
    ]);
  });

  test('remove tells the last state that was seen, and nothing for what it does not have', () => {
    const store = createStore();
    store.put(request('a', '1'));
    const last = request('a', '2');
    expect(store.remove(last)).toEqual([{ type: 'deleted', object: last }]);
    expect(store.remove(last)).toEqual([]);
  });

  test('replace tells added, updated and deleted, and is silent about the rest', () => {
    const store = createStore();
    const [same, old, gone] = [request('same', '1'), request('old', '1'), request('gone', '1')];
    store.replace([same, old, gone]);
    const [current, fresh] = [request('old', '2'), request('new', '3')];
    expect(store.replace([request('same', '1'), current, fresh])).toEqual([
      { type: 'deleted', object: gone },
      { type: 'updated', previous: old, current },
      { type: 'added', object: fresh },
    ]);
    expect(namesOf(store.list())).toEqual(['new', 'old', 'same']);
  });

  test('indexes follow every kind of change', () => {
    const store = createStore();
    store.replace([request('a', '1', ['x', 'y']), request('b', '1', ['x'])]);
    expect(namesOf(store.byIndex('issuer', 'x'))).toEqual(['a', 'b']);
    store.put(request('a', '2', ['z']));
    expect(namesOf(store.byIndex('issuer', 'x'))).toEqual(['b']);
    expect(namesOf(store.byIndex('issuer', 'y'))).toEqual([]);
    expect(store.byIndex('issuer', 'z')).toEqual([request('a', '2', ['z'])]);
    store.remove(request('b', '2', ['x']));
    expect(store.byIndex('issuer', 'x')).toEqual([]);
    store.replace([]);
    expect(store.byIndex('issuer', 'z')).toEqual([]);
  });

  test('an index that does not exist is an error, not an empty answer', () => {
    expect(() => createStore().byIndex('owner', 'x')).toThrow(RangeError);
  });
});
