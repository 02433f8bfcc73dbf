import { type AccessNeed, renderRule, reviewAccess } from '../../kube/access-review.ts';
import { Backoff } from '../../kube/backoff.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Informer } from '../../kube/informer.ts';
import type { KubeObject, Resource } from '../../kube/objects.ts';
import { type Clock, sleep } from '../../system/clock.ts';
import type { Logger } from '../../system/logger.ts';
import { jitter, type Random } from '../../system/random.ts';

export interface WatchWhenPossibleOptions<T extends KubeObject> {
  readonly client: KubeClient;
  readonly resource: Resource<T>;
  readonly informer: Pick<Informer<T>, 'run'>;
  /** What has to be allowed first. */
  readonly needs: readonly AccessNeed[];
  /** Whether the API server may not know the kind at all. */
  readonly mayBeAbsent: boolean;
  /** How loud a missing permission is told, once. */
  readonly level: 'info' | 'warn';
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

const recheckMs = 60_000;

/** Why a kind cannot be watched at present. */
type Obstacle =
  | { readonly kind: 'absent' }
  | { readonly kind: 'forbidden'; readonly rules: readonly string[] }
  | { readonly kind: 'unknown'; readonly error: unknown };

/**
 * Runs the informer as soon as the kind is served and the permissions are there, which may be never: that is told once, and
 * looked at again every minute. Resolves when the signal aborts; never rejects.
 */
export async function watchWhenPossible<T extends KubeObject>(
  options: WatchWhenPossibleOptions<T>,
  signal: AbortSignal,
): Promise<void> {
  const { informer, clock, random, resource } = options;
  const logger = options.logger.child({ resource: `${resource.plural}.${resource.group}` });
  const backoff = new Backoff(clock, random);
  const isOver = (): boolean => signal.aborted;
  let told: Obstacle['kind'] | undefined;
  while (!isOver()) {
    const obstacle = await findObstacle(options, signal);
    if (!obstacle) return informer.run(signal);
    if (!isOver() && obstacle.kind !== told) tell(obstacle, options.level, logger);
    told = obstacle.kind;
    const pauseMs = obstacle.kind === 'unknown' ? backoff.next() : jitter(recheckMs, 0.1, random);
    // An abort ends the pause; the loop looks at the signal itself.
    await sleep(clock, pauseMs, signal).catch(() => undefined);
  }
}

async function findObstacle<T extends KubeObject>(
  { client, resource, needs, mayBeAbsent }: WatchWhenPossibleOptions<T>,
  signal: AbortSignal,
): Promise<Obstacle | undefined> {
  try {
    if (mayBeAbsent) {
      const served = await client.servedResources(resource.group, resource.version, { signal });
      if (!served.has(resource.plural)) return { kind: 'absent' };
    }
    const missing = await reviewAccess(client, needs, { signal });
    return missing.length === 0 ? undefined : { kind: 'forbidden', rules: missing.map(renderRule) };
  } catch (error) {
    return { kind: 'unknown', error };
  }
}

function tell(obstacle: Obstacle, level: 'info' | 'warn', logger: Logger): void {
  switch (obstacle.kind) {
    case 'absent':
      logger.info({}, 'the ingress-shim does without this kind, which the API server does not serve; looking again');
      return;
    case 'forbidden':
      logger[level](
        { rules: obstacle.rules },
        'the ingress-shim does without this kind: add these rules to its ClusterRole, or set --ingress-shim=off',
      );
      return;
    case 'unknown':
      logger.warn({ error: obstacle.error }, 'whether this kind can be watched could not be found out; trying again');
  }
}
