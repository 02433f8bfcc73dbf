import { AcmeProblem, AcmeTransportError } from '../../acme/errors.ts';
import { type DeadOrder, decideOrderStep, type OrderStep } from '../../acme/order-step.ts';
import type { AcmeAuthorization, AcmeOrder } from '../../acme/resources.ts';
import { Gate } from '../gate.ts';
import type {
  Attempt,
  BeginOutcome,
  CollectOutcome,
  Explanation,
  Rejection,
  Setback,
  Signer,
  SigningRequest,
  Withheld,
} from '../signer.ts';
import type { CallInTurn } from '../turns.ts';
import { AccountProbe } from './account-probe.ts';
import { assembleCertificate, foreign } from './assemble-certificate.ts';
import { Challenges, validating } from './challenges.ts';
import { coveringDomains } from './domain-coverage.ts';
import { explainDeath } from './explain-death.ts';
import { explainProblem, serverName, toSetback } from './explain-problem.ts';
import { judgeRequest, type Wanted } from './judge-request.ts';
import { OrderMemory } from './order-memory.ts';
import { consequenceOfProblem } from './problem-table.ts';
import type { AcmSignerOptions } from './settings.ts';
import { formatTerms, parseTerms } from './terms.ts';

/** How long an order may be processed without a word: ACM says up to two minutes. */
const budgetMs = 600_000;
const longestLookMs = 60_000;

type BeforeCall = () => Promise<boolean>;
type Known = AcmeProblem | AcmeTransportError;

/** An order on its way to its certificate. */
interface Run {
  readonly request: SigningRequest;
  readonly wanted: Wanted;
  readonly url: string;
  /** Whether the server asked for challenges. */
  readonly challenged: boolean;
  readonly beforeCall: BeforeCall;
}

/** The gate of one request's domains. */
interface DomainGate {
  readonly domains: string;
  check(): Setback | undefined;
  enter(): Setback | undefined;
  open(): void;
  shut(explanation: Explanation): Setback;
}

type Outcome = CollectOutcome | Withheld;
type Shown = { readonly kind: 'order'; readonly order: AcmeOrder };

const always: BeforeCall = () => Promise.resolve(true);

/**
 * Signs through one account at one ACME server: ACM's, or any other of RFC 8555. The server keeps the state: each step looks
 * at the order, by its URL alone, and does what comes next. So any process goes on where another one stopped.
 */
export class AcmSigner implements Signer {
  readonly buysAt = 'collect';
  readonly #options: AcmSignerOptions;
  readonly #orders: OrderMemory;
  readonly #challenges: Challenges;
  readonly #account: AccountProbe;
  readonly #gate: Gate;

  constructor(options: AcmSignerOptions) {
    this.#options = options;
    this.#orders = new OrderMemory(options.clock);
    this.#challenges = new Challenges(options);
    this.#account = new AccountProbe(options.settings, options.clock);
    this.#gate = new Gate(options.clock);
  }

  /** Places an order (RFC 8555 section 7.4), which costs nothing: what is lost on the way is just placed again. */
  async begin(request: SigningRequest, _: Attempt, beforeCall: BeforeCall = always): Promise<BeginOutcome> {
    const { quota } = this.#options.settings;
    const held = quota.stillHeld('NewOrder', request.uid);
    if (held) return held;
    const wanted = this.#judge(request);
    if (wanted.kind === 'rejected') return wanted;
    const gate = this.#gateOf('order', wanted);
    const shut = gate.check();
    if (shut) return shut;
    return quota.inTurn('NewOrder', request.uid, async (call): Promise<BeginOutcome> => {
      const shutMeanwhile = gate.enter();
      if (shutMeanwhile) return shutMeanwhile;
      if (!(await beforeCall())) return { kind: 'withheld' };
      return this.#order(wanted, gate, call);
    });
  }

  async collect(
    request: SigningRequest,
    reference: string,
    terms = '',
    beforeCall: BeforeCall = always,
  ): Promise<Outcome> {
    const { client, quota } = this.#options.settings;
    const { accountUrl, challenged } = parseTerms(terms);
    if (accountUrl !== client.accountUrl) return foreign('it is no order of this account');
    const held = quota.stillHeld('FinalizeOrder', request.uid) ?? quota.stillHeld('GetOrder', request.uid);
    if (held) return held;
    const wanted = this.#judge(request);
    if (wanted.kind === 'rejected') return wanted;
    const run = { request, wanted, url: reference, challenged, beforeCall };
    const [outcome] = await Promise.all([this.#advance(run), this.#challenges.sweep()]);
    return outcome;
  }

  /** Whoever left a reference without our binding did not place an order. */
  adopt(): Promise<CollectOutcome> {
    return Promise.resolve(foreign('it is no order of this account'));
  }

  #judge(request: SigningRequest): Wanted | Rejection {
    return judgeRequest(request, this.#options.settings);
  }

  async #order({ names }: Wanted, gate: DomainGate, call: CallInTurn): Promise<BeginOutcome> {
    const { client, provider } = this.#options.settings;
    const identifiers = names.map((value) => ({ type: 'dns', value }));
    try {
      const { url, order } = await call(() => client.newOrder({ identifiers }));
      gate.open();
      this.#orders.place(url);
      this.#orders.keep(url, order);
      const challenged = order.status === 'pending';
      return { kind: 'begun', reference: url, terms: formatTerms({ accountUrl: client.accountUrl ?? '', challenged }) };
    } catch (error) {
      const known = toKnown(error);
      const denial = await this.#judgeDenial(known);
      if (denial !== 'account is valid') return denial ?? toSetback(provider, known);
      return gate.shut(this.#explain(known, `${serverName(provider)} refuses an order for ${gate.domains} with`));
    }
  }

  async #advance(run: Run): Promise<Outcome> {
    const shown = await this.#look(run);
    if (shown.kind !== 'order') return shown;
    const { order } = shown;
    const names = order.identifiers.map(({ value }) => value.toLowerCase());
    if (new Set(names).symmetricDifference(new Set(run.wanted.names)).size > 0) return foreign('it is for other names');
    return this.#follow(run, order);
  }

  /** The order as it is now; from memory when it can only be as it was. */
  async #look({ request, url }: Run): Promise<Shown | CollectOutcome> {
    const { client, quota } = this.#options.settings;
    const remembered = this.#orders.shown(url);
    if (remembered) return { kind: 'order', order: remembered };
    return quota.inTurn('GetOrder', request.uid, async (call): Promise<Shown | CollectOutcome> => {
      try {
        return { kind: 'order', order: await call(() => client.getOrder(url)) };
      } catch (error) {
        return this.#judgeLook(url, toKnown(error));
      }
    });
  }

  async #judgeLook(url: string, error: Known): Promise<CollectOutcome> {
    const isUnknown = error instanceof AcmeProblem ? error.status === 404 : error.code === 'FOREIGN_URL';
    if (isUnknown) return this.#judgeUnknown(url);
    const denial = await this.#judgeDenial(error);
    if (denial === 'account is valid') return foreign('the server does not show it to this account');
    return denial ?? toSetback(this.#options.settings.provider, error);
  }

  /** The server gave us the URL itself a moment ago: it will come to know it. Any other that it does not know is not ours. */
  #judgeUnknown(url: string): CollectOutcome {
    if (!this.#orders.isNew(url)) return foreign('the server does not know it');
    const message = `${serverName(this.#options.settings.provider)} does not find the order that it took; it is looked for again.`;
    return { kind: 'retry', code: 'OrderNotFound', message, outcomeUnknown: false };
  }

  async #follow(run: Run, order: AcmeOrder, authorizations?: readonly AcmeAuthorization[]): Promise<Outcome> {
    const step = decideOrderStep(order, authorizations);
    if (step.kind === 'finalize') this.#orders.keep(run.url, order);
    else this.#orders.forget(run.url);
    const needsRecords = order.status === 'pending' && step.kind !== 'dead';
    const tidying = run.challenged && !needsRecords ? this.#challenges.tidy(run.url, order, authorizations) : 0;
    const isLastStep = step.kind === 'download' || step.kind === 'dead';
    if (!isLastStep) return (await Promise.all([this.#take(run, order, step, authorizations), tidying]))[0];
    const afterMs = await tidying;
    return afterMs > 0 ? { kind: 'pending', afterMs } : this.#take(run, order, step, authorizations);
  }

  async #take(
    run: Run,
    order: AcmeOrder,
    step: OrderStep,
    authorizations: readonly AcmeAuthorization[] | undefined,
  ): Promise<Outcome> {
    switch (step.kind) {
      case 'readAuthorizations':
        return this.#readAuthorizations(run, order, step.urls);
      case 'solve':
        return this.#challenges.solve(run.url, step.challenges);
      case 'finalize':
        return this.#finalize(run, order);
      case 'wait':
        return this.#await(run, order, step.afterMs);
      case 'download':
        return this.#download(run, step.url);
      case 'dead':
        // An order need not say why it is invalid; its authorizations may.
        return step.problem || authorizations
          ? this.#bury(run, step)
          : this.#readAuthorizations(run, order, order.authorizations);
    }
  }

  async #readAuthorizations(run: Run, order: AcmeOrder, urls: readonly string[]): Promise<Outcome> {
    const { client, provider } = this.#options.settings;
    let read: AcmeAuthorization[];
    try {
      read = await Promise.all(urls.map((url) => client.getAuthorization(url)));
    } catch (error) {
      return toSetback(provider, toKnown(error));
    }
    return this.#follow(run, order, read);
  }

  async #finalize(run: Run, order: AcmeOrder): Promise<Outcome> {
    const { client, quota } = this.#options.settings;
    const { request, wanted, url, beforeCall } = run;
    const gate = this.#gateOf('finalize', wanted);
    const held = gate.check();
    if (held) return held;
    const finalized = await quota.inTurn('FinalizeOrder', request.uid, async (call): Promise<Shown | Outcome> => {
      const shut = gate.enter();
      if (shut) return shut;
      if (!(await beforeCall())) return { kind: 'withheld' };
      try {
        const after = await call(() => client.finalize(order, wanted.csr.der));
        gate.open();
        return { kind: 'order', order: after };
      } catch (error) {
        return this.#judgeFinalize(url, gate, toKnown(error));
      }
    });
    if (finalized.kind !== 'order') return finalized;
    this.#orders.forget(url);
    // A server may still show it as ready: it is not finalised again before it was looked at again.
    const after =
      finalized.order.status === 'ready' ? ({ ...finalized.order, status: 'processing' } as const) : finalized.order;
    return this.#follow(run, after);
  }

  async #judgeFinalize(url: string, gate: DomainGate, error: Known): Promise<CollectOutcome> {
    const { provider } = this.#options.settings;
    const isThrottle = error instanceof AcmeProblem && consequenceOfProblem(error, error.status) === 'wait';
    if (!isThrottle || error.outcomeUnknown) this.#orders.forget(url);
    const denial = await this.#judgeDenial(error);
    if (denial !== 'account is valid') return denial ?? toSetback(provider, error);
    return gate.shut(this.#explain(error, `${serverName(provider)} refuses to issue for ${gate.domains} with`));
  }

  /** Undefined: it is no denial. */
  async #judgeDenial(error: Known): Promise<Setback | 'account is valid' | undefined> {
    if (!(error instanceof AcmeProblem) || consequenceOfProblem(error, error.status) !== 'denied') return undefined;
    return (await this.#account.findFault()) ?? 'account is valid';
  }

  #await({ url }: Run, order: AcmeOrder, afterMs: number): CollectOutcome {
    const server = serverName(this.#options.settings.provider);
    const isLate = order.status === 'processing' && this.#orders.processingForMs(url) >= budgetMs;
    if (order.status === 'pending') return { kind: 'pending', afterMs, message: validating };
    if (!isLate) return { kind: 'pending', afterMs };
    const message = `${server} has been working on the order for more than ten minutes, which is unusual; it is looked at until that ends.`;
    return { kind: 'pending', afterMs: longestLookMs, message };
  }

  async #download({ request, wanted, url }: Run, certificateUrl: string): Promise<CollectOutcome> {
    const { settings, clock } = this.#options;
    try {
      const pem = await settings.client.downloadCertificate(certificateUrl);
      const outcome = assembleCertificate(settings.provider, pem, request, wanted, clock.now());
      if (outcome.kind === 'issued') this.#orders.finish(url, request.uid);
      return outcome;
    } catch (error) {
      return toSetback(settings.provider, toKnown(error));
    }
  }

  #bury({ request, url }: Run, death: DeadOrder): CollectOutcome {
    const { provider, domains } = this.#options.settings;
    return explainDeath(provider, death, this.#orders.bury(url, request.uid), domains);
  }

  #explain(error: Known, said: string) {
    const { provider } = this.#options.settings;
    if (!(error instanceof AcmeProblem)) return toSetback(provider, error);
    return { code: error.code, message: explainProblem(provider, said, error) };
  }

  /** A role may be allowed some names and denied others: the gate is of the domains that the names are of. */
  #gateOf(step: 'order' | 'finalize', { names }: Wanted): DomainGate {
    const covering = names.map((name) => coveringDomains(name, this.#options.settings.domains)[0]?.name ?? name);
    const domains = [...new Set(covering)].sort().join(', ');
    const key = `${step} ${domains}`;
    return {
      domains,
      check: () => this.#gate.check(key),
      enter: () => this.#gate.enter(key),
      open: () => this.#gate.open(key),
      shut: (explanation) => this.#gate.shut(key, explanation),
    };
  }
}

/** Anything else is a fault of this program and goes up as it is. */
function toKnown(error: unknown): Known {
  if (error instanceof AcmeProblem || error instanceof AcmeTransportError) return error;
  throw error;
}
