import type { KubeObject } from './objects.ts';

/** Makes an object smaller on its way into a store. The object was just parsed and belongs to the transform. */
export type Transform<T extends KubeObject> = (object: T) => T;

/** Leaves out metadata.managedFields, which no controller reads and which is often the larger part of an object. */
export function stripManagedFields<T extends KubeObject>(object: T): T {
  const { managedFields, ...metadata } = object.metadata as T['metadata'] & { readonly managedFields?: unknown };
  return { ...object, metadata };
}

/** Freezes an object and all it holds, so that whoever changes a shared object is found out. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
