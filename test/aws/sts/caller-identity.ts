import type { XmlTree } from '../query-protocol.ts';
import type { Call } from '../service.ts';
import type { StsState } from './state.ts';

/** GetCallerIdentity: needs no permission, and no policy can take it away. */
export function getCallerIdentity(_state: StsState, { caller }: Call): XmlTree {
  if (!caller) throw new Error('GetCallerIdentity was not authenticated');
  return { Arn: caller.arn, UserId: caller.userId, Account: caller.account };
}
