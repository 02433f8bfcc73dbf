import type { KubeObject } from './objects.ts';

/** Makes an object smaller on its way into a store. The object was just parsed and belongs to the transform. */
export type Transform<T extends KubeObject> = (object: T) => T;

/** Leaves out metadata.managedFields, which no controller reads and which is often the larger part of an object. */
export function stripManagedFields<T extends KubeObject>(object: T): T {
  const metadata = Object.entries(object.metadata).filter(([name]) => name !== 'managedFields');
  return { ...object, metadata: Object.fromEntries(metadata) };
}

/** Freezes an object and all it holds, so that whoever changes a shared object is found out. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
