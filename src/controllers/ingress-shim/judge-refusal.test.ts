import { expect, test } from '@jest/globals';
import { apiError } from '../../../test/support/fake-kube-api.ts';
import { ApiError, TransportError } from '../../kube/errors.ts';
import { judgeRefusal } from './judge-refusal.ts';

const terminating = new ApiError({
  ...{ code: 403, reason: 'Forbidden', message: 'is being terminated' },
  causes: [{ reason: 'NamespaceTerminating', field: 'metadata.namespace' }],
});

test.each([
  ['create', 'somebody else made it', apiError(409, 'AlreadyExists'), 'stale'],
  ['create', 'the namespace is gone', apiError(404, 'NotFound'), 'stale'],
  ['create', 'the namespace is going', terminating, 'over'],
  ['create', 'a webhook denies', apiError(400, 'BadRequest'), 'refused'],
  ['create', 'a policy or the permissions deny', apiError(403, 'Forbidden'), 'refused'],
  ['create', 'a webhook that answers as it likes', apiError(406, 'NotAcceptable'), 'refused'],
  ['create', 'the schema denies', apiError(422, 'Invalid', 'spec.issuerRef'), 'refused'],
  ['create', 'a webhook denies without causes', apiError(422, 'Invalid'), 'refused'],
  ['update', 'the schema denies', apiError(422, 'Invalid', 'spec.issuerRef'), 'refused'],
  ['update', 'a test of the patch fails', apiError(422, 'Invalid'), 'unclear'],
  ['update', 'it changed in between', apiError(409, 'Conflict'), 'stale'],
  ['update', 'it is gone', apiError(404, 'NotFound'), 'stale'],
  ['delete', 'it is gone', apiError(404, 'NotFound'), 'stale'],
  ['delete', 'it changed in between', apiError(409, 'Conflict'), 'stale'],
  ['delete', 'not allowed', apiError(403, 'Forbidden'), 'refused'],
  ['create', 'a webhook cannot be reached', apiError(500, 'InternalError'), 'failed'],
  ['create', 'too many calls', apiError(429, 'TooManyRequests'), 'failed'],
  ['create', 'the token has expired', apiError(401, 'Unauthorized'), 'failed'],
  ['create', 'no answer', new TransportError('ECONNRESET', 'reset'), 'failed'],
  ['create', 'a fault of our own', new TypeError('x'), 'failed'],
] as const)('%s: %s', (action, _, error, expected) => {
  expect(judgeRefusal(action, error)).toBe(expected);
});
