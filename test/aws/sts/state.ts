import type { Identities } from '../identities.ts';
import type { Times } from '../service.ts';

/** What the service needs of the rest of the stand-in. */
export interface StsState {
  readonly times: Times;
  readonly identities: Identities;
}
