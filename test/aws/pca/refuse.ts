import { ServiceError } from '../errors.ts';

export const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** How the service answers a parameter that its API model does not admit. */
export function refuse(member: string, constraint: string): never {
  const message = `1 validation error detected: Value at '${member}' failed to satisfy constraint: ${constraint}`;
  throw new ServiceError('ValidationException', message);
}
