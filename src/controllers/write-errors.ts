import { ApiError, isNotFound } from '../kube/errors.ts';

/**
 * Whether a write failed because the object, or the incarnation of it that was meant, is no more. A patch that names
 * another uid than the object's is refused as a change of an immutable field; any other 422 is a fault of what was
 * written. Not so for the status of a custom resource: there the API server takes `metadata` from the stored object
 * (apiextensions-apiserver, customresource/status_strategy.go), whatever uid was sent, so that only a resourceVersion
 * keeps a status from landing on a successor of the same name.
 */
export function isGone(error: unknown): boolean {
  return isNotFound(error) || isOtherUid(error);
}

const isOtherUid = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 422 && error.causes.some(({ field }) => field === 'metadata.uid');
