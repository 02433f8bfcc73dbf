import { AwsError } from '../../aws/errors.ts';
import { HeldBack } from '../../aws/paced.ts';
import type { NameServersAnswer } from '../../aws/route53/name-servers.ts';
import type { Route53Dns } from '../../aws/route53/route53-dns.ts';
import type { Setback } from '../signer.ts';
import type { AskNameServer } from './ask-name-server.ts';
import { slowRetryMs } from './explain-problem.ts';
import { CnameError } from './follow-cname.ts';
import { NameServerCheck, type Sight } from './name-server-check.ts';
import { remember } from './remember.ts';
import type { Dns01Solver } from './settings.ts';

export interface Route53SolverOptions {
  /** Under the identity of the domain's `dns01.route53`. */
  readonly dns: Pick<Route53Dns, 'presentTxt' | 'removeTxt'>;
  /** Where the record of a name is to be written, for who delegates `_acme-challenge` by a CNAME; default: at the name. */
  readonly findTarget?: (name: string) => Promise<string>;
  /** Asks the name servers of the zone before a challenge is accepted; default: Route 53 is believed. */
  readonly check?: {
    readonly ask: AskNameServer;
    readonly findNameServers: (zoneId: string) => Promise<NameServersAnswer>;
  };
}

/** Answers dns-01 challenges by TXT records in Route 53. */
export function createRoute53Solver(options: Route53SolverOptions): Dns01Solver {
  return new Route53Solver(options);
}

/** Where a record was written. */
interface Place {
  readonly name: string;
  zoneId: string | undefined;
}

type Presented = Awaited<ReturnType<Dns01Solver['present']>>;

class Route53Solver implements Dns01Solver {
  readonly #options: Route53SolverOptions;
  readonly #findTarget: (name: string) => Promise<string>;
  readonly #check: NameServerCheck | undefined;
  /** By what was to be presented; the last one counts. CNAMEs may lead elsewhere by the time that it is taken away. */
  readonly #places = new Map<string, readonly Place[]>();

  constructor(options: Route53SolverOptions) {
    const { findTarget = itself, check } = options;
    this.#options = options;
    this.#findTarget = findTarget;
    this.#check = check && new NameServerCheck(check.ask);
  }

  present(name: string, value: string): Promise<Presented> {
    return judged(name, async () => {
      const place = this.#note(name, value, await this.#findTarget(name));
      const answer = await this.#options.dns.presentTxt(place.name, value);
      if (answer.kind === 'noZone') return blocked(answer.code, `The record ${name} has no place: ${answer.message}`);
      place.zoneId = answer.zoneId;
      return answer.kind === 'inSync' ? { kind: 'inSync' } : { kind: 'pending', afterMs: answer.afterMs };
    });
  }

  look(name: string, value: string): Promise<Sight | Setback> {
    const { check } = this.#options;
    const { name: target, zoneId } = this.#places.get(keyOf(name, value))?.at(-1) ?? {};
    const looker = this.#check;
    if (!check || !looker || target === undefined || zoneId === undefined) return Promise.resolve({ kind: 'seen' });
    return judged(name, async () => {
      const found = await check.findNameServers(zoneId);
      if (found.kind === 'pending') return found;
      const place = `hosted zone ${zoneId}`;
      if (found.names.length > 0) return looker.look({ name: target, value, place }, found.names);
      return blocked(
        'NoNameServers',
        `Route 53 tells no name servers of ${place}, which may be private. Name a public one in dns01.route53.hostedZoneID.`,
      );
    });
  }

  async remove(name: string, value: string): Promise<{ kind: 'gone' } | { kind: 'pending'; afterMs: number }> {
    const key = keyOf(name, value);
    try {
      const places = this.#places.get(key) ?? [{ name: await this.#findTarget(name) }];
      const answers = await Promise.all(places.map((place) => this.#options.dns.removeTxt(place.name, value)));
      // Without its zone the record is gone too.
      const waits = answers.flatMap((answer) => (answer.kind === 'pending' ? [answer.afterMs] : []));
      if (waits.length > 0) return { kind: 'pending', afterMs: Math.max(...waits) };
    } catch (error) {
      if (error instanceof HeldBack) return { kind: 'pending', afterMs: error.afterMs };
      throw error;
    }
    for (const place of this.#places.get(key) ?? []) this.#check?.forget({ name: place.name, value });
    this.#places.delete(key);
    return { kind: 'gone' };
  }

  /** Before it is written: a write whose answer gets lost is a record all the same. */
  #note(name: string, value: string, target: string): Place {
    const known = this.#places.get(keyOf(name, value)) ?? [];
    const place = known.find((other) => other.name === target) ?? { name: target, zoneId: undefined };
    remember(this.#places, keyOf(name, value), [...known.filter((other) => other !== place), place]);
    return place;
  }
}

const keyOf = (name: string, value: string): string => `${name} ${value}`;

const itself = (name: string): Promise<string> => Promise.resolve(name);

const blocked = (code: string, message: string): Extract<Setback, { kind: 'blocked' }> => ({
  ...{ kind: 'blocked', code, message },
  afterMs: slowRetryMs,
});

/** What stands in the way is an answer too. */
async function judged<T>(
  name: string,
  work: () => Promise<T>,
): Promise<T | Setback | Extract<Presented, { kind: 'pending' }>> {
  try {
    return await work();
  } catch (error) {
    return toSetback(name, error);
  }
}

function toSetback(name: string, error: unknown): Setback | { readonly kind: 'pending'; readonly afterMs: number } {
  if (error instanceof CnameError) {
    const message = `Where the record ${name} belongs cannot be told (${error.code}): ${error.message}. It is tried again.`;
    return { kind: 'retry', code: error.code, message, outcomeUnknown: false };
  }
  if (!(error instanceof AwsError)) throw error;
  if (error instanceof HeldBack) return { kind: 'pending', afterMs: error.afterMs };
  const { code, operation, consequence, detail } = error;
  const failure = operation === 'GetHostedZone' ? 'asked for at its name servers' : 'written';
  const said = `The record ${name} cannot be ${failure}: AWS answered ${operation} with ${code}: ${detail}`;
  switch (consequence) {
    case 'throttled':
    case 'transient':
    case 'inProgress':
    case 'failed':
      return { kind: 'retry', code, message: `${said} It is tried again.`, outcomeUnknown: false };
    case 'credentials':
      return {
        kind: 'issuerFault',
        code,
        message: `${said} Renew the credentials of dns01.route53.`,
        credentialsRefused: true,
      };
    case 'denied':
      return blocked(code, `${said} Allow it to the identity of dns01.route53; it is tried again every minute.`);
    case 'request':
    case 'authority':
    case 'quota':
      return blocked(code, `${said} It is tried again every minute.`);
  }
}
