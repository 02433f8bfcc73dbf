import type { AcmeClient } from '../../acme/acme-client.ts';
import type { AcmeAuthorization } from '../../acme/resources.ts';
import { fewAtATime } from './few-at-a-time.ts';

/** An order may have a hundred; no server has to answer for all of them at once. */
const mostInFlight = 5;

/** Reads them all, a few at a time, in the order of their URLs. Rejects with the first failure, and reads no more then. */
export const readAuthorizations = (
  client: Pick<AcmeClient, 'getAuthorization'>,
  urls: readonly string[],
): Promise<AcmeAuthorization[]> => fewAtATime(urls, mostInFlight, (url) => client.getAuthorization(url));
