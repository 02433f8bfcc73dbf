import { ApiError } from '../../kube/errors.ts';
import type { ShimAction } from './shim-plan.ts';

/**
 * What follows from a write that failed.
 * - `stale`: the Certificate is not as it was seen; what is wanted has to be decided anew.
 * - `unclear`: stale most likely. The API server answers a failed test of a JSON patch with 422 and no causes, and an
 *   admission webhook may do the same.
 * - `refused`: the Certificate is not accepted as it is wanted, and will not be until somebody changes something.
 * - `over`: the namespace is going away, and takes the object along.
 * - `failed`: no or no useful answer; the same may succeed later.
 */
export type Consequence = 'stale' | 'unclear' | 'refused' | 'over' | 'failed';

/** Of the 4xx: not known to the server who asks, too slow, or too many. */
const passing = new Set([401, 408, 429]);

export function judgeRefusal(action: ShimAction['kind'], error: unknown): Consequence {
  if (!(error instanceof ApiError) || error.code >= 500 || passing.has(error.code)) return 'failed';
  const { code, causes } = error;
  if ([404, 409, 410].includes(code)) return 'stale';
  // https://pkg.go.dev/k8s.io/api/core/v1#pkg-constants NamespaceTerminatingCause
  if (code === 403 && causes.some(({ reason }) => reason === 'NamespaceTerminating')) return 'over';
  return code === 422 && action === 'update' && causes.length === 0 ? 'unclear' : 'refused';
}
