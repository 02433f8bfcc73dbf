import type { KubeClient, WatchEvent } from '../kube/client.ts';
import { isForbidden } from '../kube/errors.ts';
import type { ObjectName } from '../kube/objects.ts';
import { sleep } from '../system/clock.ts';
import type { Clock } from '../system/clock.ts';
import type { Logger } from '../system/logger.ts';
import { leases } from './lease.ts';
import type { Lease } from './lease.ts';

export interface LeaseWatchOptions {
  readonly client: KubeClient;
  readonly lease: ObjectName;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly retryPeriodMs: number;
  /** Called when the lease turns out to be free. */
  readonly onFree: () => void;
}

/**
 * Watches the lease until the signal aborts, so that a release is noticed at once. It only saves time: whoever waits
 * for the lease also looks by itself now and then, so every failure here is harmless. Never rejects.
 */
export async function watchLease(options: LeaseWatchOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if ((await watchUntilItEnds(options, signal)) === 'forbidden') return;
    await sleep(options.clock, options.retryPeriodMs, signal).catch(() => undefined);
  }
}

async function watchUntilItEnds(options: LeaseWatchOptions, signal: AbortSignal): Promise<'ended' | 'forbidden'> {
  const { logger } = options;
  try {
    await watchOnce(options, signal);
  } catch (error) {
    if (isForbidden(error)) {
      logger.info({ error }, 'leases may not be watched: a released lease is noticed a little later');
      return 'forbidden';
    }
    if (!signal.aborted) logger.debug({ error }, 'the watch on the lease ended');
  }
  return 'ended';
}

async function watchOnce({ client, lease, onFree }: LeaseWatchOptions, signal: AbortSignal): Promise<void> {
  const { namespace, name } = lease;
  const watched = { ...(namespace !== undefined && { namespace }), fieldSelector: `metadata.name=${name}`, signal };
  for await (const event of client.watch(leases, watched)) if (isFree(event)) onFree();
}

function isFree(event: WatchEvent<Lease>): boolean {
  if (event.type === 'BOOKMARK') return false;
  return event.type === 'DELETED' || (event.object.spec?.holderIdentity ?? '') === '';
}
