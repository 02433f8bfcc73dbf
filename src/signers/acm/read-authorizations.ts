import type { AcmeClient } from '../../acme/acme-client.ts';
import type { AcmeAuthorization } from '../../acme/resources.ts';

/** An order may have a hundred; no server has to answer for all of them at once. */
const mostInFlight = 5;

/** Reads them all, a few at a time, in the order of their URLs. Rejects with the first failure, and reads no more then. */
export async function readAuthorizations(
  client: Pick<AcmeClient, 'getAuthorization'>,
  urls: readonly string[],
): Promise<AcmeAuthorization[]> {
  const read: AcmeAuthorization[] = [];
  const left = urls.entries();
  let hasFailed = false;
  const work = async (): Promise<void> => {
    for (const [index, url] of left) {
      try {
        read[index] = await client.getAuthorization(url);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
      if (hasFailed) return;
    }
  };
  await Promise.all(Array.from({ length: mostInFlight }, work));
  return read;
}
