import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from './objects.ts';
import { deepFreeze, stripManagedFields } from './transforms.ts';

const metadata = { name: 'a', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };

describe('stripManagedFields', () => {
  test('leaves out managedFields alone', () => {
    const stored = { apiVersion: 'v1', kind: 'Node', metadata: { ...metadata, managedFields: [{ manager: 'x' }] } };
    const object: KubeObject = stored;
    expect(stripManagedFields(object)).toEqual({ apiVersion: 'v1', kind: 'Node', metadata });
  });
});

describe('deepFreeze', () => {
  test('makes every level refuse changes', () => {
    const value = deepFreeze({ a: { b: [{ c: 1 }] }, n: null });
    expect(() => Object.assign(value.a, { b: [] })).toThrow(TypeError);
    expect(() => value.a.b.push({ c: 2 })).toThrow(TypeError);
    expect(() => Object.assign(value.a.b[0] ?? {}, { c: 2 })).toThrow(TypeError);
  });
});
