import { type AcmCalls, type AcmPace, acmOperations } from './acm/acm-calls.ts';
import { AwsError } from './errors.ts';
import { type CallNames, type CallsOnly, forward } from './forward.ts';
import type { Pacer } from './pacing.ts';
import { type Route53Calls, route53Operations } from './route53/route53-calls.ts';

/** Under whose quota calls are made, and for whom. */
export interface PacingOptions {
  /** Shared by all issuers. */
  readonly pacer: Pacer;
  /** The caller's. */
  readonly account: string;
  readonly region: string;
  /** Turns are shared out evenly among claimants, which are issuers. */
  readonly claimant: string;
}

/**
 * A call that was not carried out: its turn has not come (code `Pacing`), or AWS throttled it. Whoever wants it comes again
 * after `afterMs` with the same call, which keeps its place in line until then.
 */
export class HeldBack extends AwsError {
  readonly afterMs: number;

  constructor({ operation, code, detail }: Pick<AwsError, 'operation' | 'code' | 'detail'>, afterMs: number) {
    super(operation, code, 'throttled', detail, true, undefined);
    this.afterMs = afterMs;
  }
}

/** Calls per second; 0: not paced. */
export type AcmRates = Readonly<Record<AcmPace, number>>;

/** The same calls within ACM's quotas: one that has to wait rejects with HeldBack. */
export function pacedAcm(calls: AcmCalls, rates: AcmRates, options: PacingOptions): AcmCalls {
  return paced(calls, 'acm', acmOperations, rates, options);
}

/** The same calls within Route 53's quota, which is one for all of an account: one that has to wait rejects with HeldBack. */
export function pacedRoute53(calls: Route53Calls, rate: number, options: Omit<PacingOptions, 'region'>): Route53Calls {
  return paced(calls, 'route53', route53Operations, { all: rate }, { ...options, region: 'global' });
}

function paced<T extends CallsOnly<T>, P extends string>(
  calls: T,
  service: string,
  paces: CallNames<T> & Readonly<Record<keyof T, P>>,
  rates: Readonly<Record<P, number>>,
  { pacer, account, region, claimant }: PacingOptions,
): T {
  return forward<T>(paces, async (name, args, send) => {
    const pace: P = paces[name];
    const operation = name.charAt(0).toUpperCase() + name.slice(1);
    const turn = pacer.reserve({
      scope: { service, account, region, operation: pace },
      ratePerSecond: rates[pace],
      claimant,
      ticket: `${name} ${JSON.stringify(args)}`,
    });
    if (turn.kind === 'wait')
      throw new HeldBack({ operation, code: 'Pacing', detail: 'its turn has not come' }, turn.afterMs);
    try {
      return await send(calls);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      if (error.code === zoneIsBusy) throw new HeldBack(error, busyMs);
      const againMs = isThrottleOf(operation, error) ? turn.end('throttled') : undefined;
      throw againMs === undefined ? error : new HeldBack(error, againMs);
    } finally {
      turn.end('called');
    }
  });
}

/** Somebody else changes the same zone: that says nothing of the account's quota. */
const zoneIsBusy = 'PriorRequestNotComplete';
const busyMs = 1_000;

/** The call may also have failed on its way, where credentials were fetched: that says nothing of this quota. */
const isThrottleOf = (operation: string, error: AwsError): boolean =>
  error.consequence === 'throttled' && error.operation === operation;
