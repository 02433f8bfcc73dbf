import { expect, test } from '@jest/globals';
import { TransportError } from '../kube/errors.ts';
import { apiError } from '../../test/support/fake-kube-api.ts';
import { isGone } from './write-errors.ts';

test.each<[string, Error, boolean]>([
  ['the object does not exist', apiError(404, 'NotFound'), true],
  ['the name belongs to another uid', apiError(422, 'Invalid', 'metadata.uid'), true],
  ['the schema refuses a value', apiError(422, 'Invalid', 'status.conditions[0].status'), false],
  ['the server does not say what is invalid', apiError(422, 'Invalid'), false],
  ['the object has changed', apiError(409, 'Conflict'), false],
  ['the controller may not write', apiError(403, 'Forbidden'), false],
  ['the server failed', apiError(500, 'InternalError'), false],
  ['no answer came', new TransportError('ECONNRESET', 'reset'), false],
])('%s', (_, error, expected) => {
  expect(isGone(error)).toBe(expected);
});
