/**
 * What follows for an issuer that cannot sign.
 *
 * - `missing`: somebody has to create or to allow something in the cluster; it is looked for again soon
 * - `unknown`: it could not be found out; what was found before counts for a while
 * - `notReady`: it cannot sign as things stand; it is looked at again every minute
 * - `onItsWay`: it comes by itself, within seconds or a little more
 */
export type ObstacleKind = 'missing' | 'unknown' | 'notReady' | 'onItsWay';

/** What keeps an issuer from signing. */
export interface Obstacle {
  readonly kind: ObstacleKind;
  /** One word, for its condition. */
  readonly reason: string;
  /** Sentences for its condition; they do not change from try to try. */
  readonly message: string;
  /** When to look again, where that is known. */
  readonly afterMs?: number;
  /** AWS did not accept the credentials: fetch them anew before the next check. */
  readonly credentialsRefused?: true;
}

const order: readonly string[] = ['notReady', 'missing', 'unknown', 'onItsWay'] satisfies ObstacleKind[];

/**
 * The one that matters most to a person: what somebody has to do goes before what passes by itself. What could not be found out
 * goes before what is on its way, which is often but a consequence of it: while AWS or the API server does not answer, an issuer
 * that was Ready stays so for a while, whatever else waits for the same answer.
 */
export function gravest(obstacles: readonly Obstacle[]): Obstacle | undefined {
  return obstacles.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))[0];
}

/** Whether a step ended in an obstacle instead of what it was for. */
export const isObstacle = (outcome: object): outcome is Obstacle =>
  'kind' in outcome && typeof outcome.kind === 'string' && order.includes(outcome.kind);
