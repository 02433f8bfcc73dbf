import { AcmeProblem, AcmeTransportError } from '../../acme/errors.ts';
import { dns01Name, dns01Value } from '../../acme/dns01.ts';
import type { PendingChallenge } from '../../acme/order-step.ts';
import type { AcmeAuthorization, AcmeOrder } from '../../acme/resources.ts';
import type { CollectOutcome, Setback } from '../signer.ts';
import { type ChallengeRecord, ChallengeRecords } from './challenge-records.ts';
import { coveringDomains, domainsOf } from './domain-coverage.ts';
import { slowRetryMs, toSetback } from './explain-problem.ts';
import { fewAtATime } from './few-at-a-time.ts';
import { readAuthorizations } from './read-authorizations.ts';
import { remember } from './remember.ts';
import type { AcmSignerOptions } from './settings.ts';
import { shorten } from './shorten.ts';

/** How long a server takes to check a record that is there, when it does not say. */
const usualCheckMs = 5_000;
/** How soon, and how late, it is asked what came of that, whatever it says. */
const shortestCheckMs = 1_000;
const longestCheckMs = 60_000;
/** Orders whose records were taken away; so many are remembered. */
const limit = 10_000;
const tidied = Infinity;
/** How often an order is looked at again because its challenges could not be accepted. */
const mostLooksAgain = 3;
/** Records that are asked for at once; each may have several name servers. */
const mostLooks = 5;
/** How long a certificate waits for the removal of records. */
const patienceMs = 60_000;
const unreadableMs = 10_000;

/** The same words from the record to the validation: each change of them would be a write. */
export const validating = 'waiting for the names to be validated by dns-01 (TXT records at _acme-challenge)';

type Pending = Extract<CollectOutcome, { kind: 'pending' }>;

/** Answers the dns-01 challenges of orders (RFC 8555 section 8.4), and tidies up behind them. */
export class Challenges {
  readonly #options: AcmSignerOptions;
  readonly #records: ChallengeRecords;
  /** Since when (monotonic) the records of an order are being removed. */
  readonly #tidying = new Map<string, number>();
  /** How often the server has called it malformed to accept the challenges of an order. */
  readonly #malformed = new Map<string, number>();

  constructor(options: AcmSignerOptions) {
    this.#options = options;
    this.#records = new ChallengeRecords(options.clock, options.logger);
  }

  /** Puts the records of all into DNS; once all of them can be seen, has the server check them. */
  async solve(order: string, challenges: readonly PendingChallenge[]): Promise<Setback | Pending> {
    const answers = challenges.map((challenge) => this.#answerTo(challenge));
    const unsolvable = challenges.filter((_, index) => !answers[index]).map(nameOf);
    if (unsolvable.length > 0) return withoutSolver(unsolvable);
    const records = answers.flatMap((answer) => answer ?? []);
    this.#tidying.delete(order);
    this.#records.add(order, records);
    const states = await Promise.all(records.map(({ solver, name, value }) => solver.present(name, value)));
    for (const state of states) if (state.kind !== 'inSync' && state.kind !== 'pending') return state;
    const waits = states.flatMap((state) => (state.kind === 'pending' ? [state.afterMs] : []));
    if (waits.length > 0) return pending(Math.max(...waits));
    return (await findUnseen(records)) ?? this.#accept(order, challenges);
  }

  /** Whether this process put records for the order into DNS. */
  hasRecords(order: string): boolean {
    return this.#records.has(order);
  }

  /** The server is still about to check the records of the order. */
  keep(order: string): void {
    this.#records.touch(order);
  }

  /**
   * Takes the records of an order away, whoever put them there: the order's authorizations tell their challenges again, of
   * which name and value follow. Nothing is kept of them but the order's URL, so the URL is needed until they are gone:
   * returns after how long to come again, 0 when they are gone or it takes too long to let anybody wait for it.
   */
  async tidy(url: string, order: AcmeOrder, authorizations?: readonly AcmeAuthorization[]): Promise<number> {
    const now = this.#options.clock.monotonic();
    const sinceMs = this.#tidying.get(url) ?? now;
    this.#note(url, sinceMs);
    if (sinceMs === tidied) return 0;
    const afterMs = await this.#remove(url, order, authorizations);
    if (afterMs === 0) this.#note(url, tidied);
    return now - sinceMs >= patienceMs ? 0 : afterMs;
  }

  async #remove(url: string, order: AcmeOrder, known?: readonly AcmeAuthorization[]): Promise<number> {
    try {
      if (!this.#records.has(url)) this.#records.add(url, this.#recordsOf(known ?? (await this.#read(order))));
      return await this.#records.remove(url);
    } catch (error) {
      if (!(error instanceof AcmeProblem) && !(error instanceof AcmeTransportError)) throw error;
      this.#options.logger.warn({ error }, 'the challenges of an order could not be read, to remove their records');
      return unreadableMs;
    }
  }

  /** Removes what is left of requests that are gone, and what could not be removed before. */
  sweep(): Promise<void> {
    return this.#records.sweep();
  }

  async #accept(order: string, challenges: readonly PendingChallenge[]): Promise<Setback | Pending> {
    const { client, provider } = this.#options.settings;
    try {
      const accepted = await Promise.all(challenges.map(({ url }) => client.acceptChallenge(url)));
      const longestMs = Math.max(...accepted.map(({ retryAfterMs }) => retryAfterMs ?? usualCheckMs));
      return pending(Math.min(Math.max(longestMs, shortestCheckMs), longestCheckMs));
    } catch (error) {
      if (this.#mayHaveGoneOn(order, error)) return pending(usualCheckMs);
      if (error instanceof AcmeProblem || error instanceof AcmeTransportError) return toSetback(provider, error);
      throw error;
    }
  }

  /** A server may call it malformed to accept a challenge twice, whose first answer got lost: the order tells, a few times. */
  #mayHaveGoneOn(order: string, error: unknown): boolean {
    if (!(error instanceof AcmeProblem) || error.code !== 'malformed') return false;
    const times = (this.#malformed.get(order) ?? 0) + 1;
    remember(this.#malformed, order, times);
    return times <= mostLooksAgain;
  }

  #read({ authorizations }: AcmeOrder): Promise<AcmeAuthorization[]> {
    return readAuthorizations(this.#options.settings.client, authorizations);
  }

  #recordsOf(authorizations: readonly AcmeAuthorization[]): ChallengeRecord[] {
    return authorizations.flatMap((authorization) => this.#recordOf(authorization) ?? []);
  }

  #recordOf({ identifier, wildcard, challenges }: AcmeAuthorization): ChallengeRecord | undefined {
    const { token } = challenges.find(({ type }) => type === 'dns-01') ?? {};
    if (token === undefined) return undefined;
    return this.#answerTo({ identifier, wildcard, token, recordName: dns01Name(identifier) }, domainsOf);
  }

  #answerTo(challenge: Omit<PendingChallenge, 'url'>, domainsFor = coveringDomains): ChallengeRecord | undefined {
    const solver = domainsFor(nameOf(challenge), this.#options.settings.domains).find(
      (domain) => domain.solver,
    )?.solver;
    if (!solver) return undefined;
    const value = dns01Value(challenge.token, this.#options.settings.client.thumbprint);
    return { name: challenge.recordName, value, solver };
  }

  #note(url: string, sinceMs: number): void {
    this.#tidying.set(url, sinceMs);
    const [oldest] = this.#tidying.keys();
    if (this.#tidying.size > limit && oldest !== undefined) this.#tidying.delete(oldest);
  }
}

/** Asks for the records where their solvers do that, up to the first one that cannot be seen everywhere. */
async function findUnseen(records: readonly ChallengeRecord[]): Promise<Setback | Pending | undefined> {
  const look = async ({ solver, name, value }: ChallengeRecord) => (await solver.look?.(name, value)) ?? seen;
  const sights = await fewAtATime(records, mostLooks, look, ({ kind }) => kind !== 'seen');
  const unseen = sights.find(({ kind }) => kind !== 'seen') ?? seen;
  if (unseen.kind === 'seen') return undefined;
  return unseen.kind === 'pending' ? pending(unseen.afterMs) : unseen;
}

const seen = { kind: 'seen' } as const;

function nameOf({ identifier, wildcard }: Pick<PendingChallenge, 'identifier' | 'wildcard'>): string {
  const base = identifier.value.replace(/^\*\./, '').toLowerCase();
  return wildcard ? `*.${base}` : base;
}

const pending = (afterMs: number): Pending => ({ kind: 'pending', afterMs, message: validating });

const withoutSolver = (names: readonly string[]): Setback => ({
  kind: 'blocked',
  code: 'NoSolver',
  message:
    `The server asks for a proof of ${shorten(names)}, and the issuer has no solver for it. ` +
    'Give the domain in spec.acm.domains dns01.route53.',
  afterMs: slowRetryMs,
});
