/** What keeps an issuer from signing, by what follows from it. `reason` is one word, `message` sentences for its condition. */
export type Obstacle =
  /** Something that somebody has to create or to allow in the cluster; it is looked for again soon. */
  | { readonly kind: 'missing'; readonly reason: string; readonly message: string; readonly afterMs?: number }
  /** It could not be found out; what was found before counts for a while. */
  | {
      readonly kind: 'unknown';
      readonly reason: 'CredentialsUnavailable' | 'Unreachable';
      readonly message: string;
      readonly afterMs?: number;
    }
  /** It cannot sign as things stand. */
  | {
      readonly kind: 'notReady';
      readonly reason: string;
      readonly message: string;
      /** AWS did not accept the credentials: fetch them anew before the next check. */
      readonly credentialsRefused?: true;
      /** When to look again; undefined: every minute. */
      readonly afterMs?: number;
    }
  /** It comes by itself, within seconds or a little more. */
  | { readonly kind: 'onItsWay'; readonly reason: string; readonly message: string; readonly afterMs?: number };

const order: readonly Obstacle['kind'][] = ['notReady', 'missing', 'unknown', 'onItsWay'];

/** The one that matters most to a person: what somebody has to do goes before what passes by itself. */
export function gravest(obstacles: readonly Obstacle[]): Obstacle | undefined {
  return obstacles.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))[0];
}

/** Whether a step ended in an obstacle instead of what it was for. */
export const isObstacle = (outcome: { readonly kind: string }): outcome is Obstacle =>
  order.some((kind) => kind === outcome.kind);
