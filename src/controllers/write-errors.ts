import { ApiError, isNotFound } from '../kube/errors.ts';

/**
 * Whether a write failed because the object, or the incarnation of it that was meant, is no more. A patch that names
 * another uid than the object's is refused as a change of an immutable field; any other 422 is a fault of what was
 * written. Not so for the status of a custom resource: there the API server takes `metadata` from the stored object
 * (apiextensions-apiserver, customresource/status_strategy.go), so that an apply lands on a successor of the same name whatever
 * uid was sent, unless a resourceVersion forbids it; a PUT with either that differs is a conflict.
 */
export function isGone(error: unknown): boolean {
  return isNotFound(error) || isOtherUid(error);
}

const isOtherUid = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 422 && error.causes.some(({ field }) => field === 'metadata.uid');
