import type { Attempt, BeginOutcome, CollectOutcome, Rejection, Signer, SigningRequest, Withheld } from '../signer.ts';
import { AccountProbe } from './account-probe.ts';
import { foreign } from './assemble-certificate.ts';
import { Challenges } from './challenges.ts';
import { DomainGates } from './domain-gates.ts';
import { followOrder } from './follow-order.ts';
import { judgeRequest, readWanted, type Wanted } from './judge-request.ts';
import { lookAtOrder } from './look-at-order.ts';
import type { BeforeCall, OrderContext, Outcome, Run } from './order-context.ts';
import { OrderMemory } from './order-memory.ts';
import { placeOrder } from './place-order.ts';
import type { AcmSignerOptions } from './settings.ts';
import { parseTerms } from './terms.ts';

const always: BeforeCall = () => Promise.resolve(true);

/**
 * Signs through one account at one ACME server: ACM's, or any other of RFC 8555. The server keeps the state: each step looks
 * at the order, by its URL alone, and does what comes next. So any process goes on where another one stopped.
 */
export class AcmSigner implements Signer {
  readonly buysAt = 'collect';
  readonly #context: OrderContext;

  constructor(options: AcmSignerOptions) {
    const { settings, clock } = options;
    this.#context = {
      ...options,
      orders: new OrderMemory(clock),
      challenges: new Challenges(options),
      account: new AccountProbe(settings, clock),
      gates: new DomainGates(clock, settings.domains),
    };
  }

  async begin(request: SigningRequest, _: Attempt, beforeCall: BeforeCall = always): Promise<BeginOutcome> {
    const held = this.#context.settings.quota.stillHeld('NewOrder', request.uid);
    if (held) return held;
    const wanted = this.#judge(request);
    return wanted.kind === 'rejected' ? wanted : placeOrder(this.#context, request, wanted, beforeCall);
  }

  async collect(
    request: SigningRequest,
    reference: string,
    terms = '',
    beforeCall: BeforeCall = always,
  ): Promise<CollectOutcome | Withheld> {
    const { client, quota } = this.#context.settings;
    const { accountUrl, challenged } = parseTerms(terms);
    if (accountUrl !== client.accountUrl) return foreign('it is no order of this account');
    const held = quota.stillHeld('FinalizeOrder', request.uid) ?? quota.stillHeld('GetOrder', request.uid);
    if (held) return held;
    const wanted = readWanted(request);
    if (wanted.kind === 'rejected') return wanted;
    const judged = this.#judge(request);
    const refusal = judged.kind === 'rejected' ? judged : undefined;
    const run = { request, wanted, refusal, url: reference, challenged, beforeCall };
    return (await Promise.all([this.#advance(run), this.#context.challenges.sweep()]))[0];
  }

  /** Whoever left a reference without our binding did not place an order. */
  adopt(): Promise<CollectOutcome> {
    return Promise.resolve(foreign('it is no order of this account'));
  }

  async #advance(run: Run): Promise<Outcome> {
    const shown = await lookAtOrder(this.#context, run);
    return shown.kind === 'order' ? followOrder(this.#context, run, shown.order) : shown;
  }

  #judge(request: SigningRequest): Wanted | Rejection {
    return judgeRequest(request, this.#context.settings);
  }
}
