import type {
  Attempt,
  BeginOutcome,
  CollectOutcome,
  IssuedCertificate,
  Signer,
  SigningRequest,
  Withheld,
} from '../../src/signers/signer.ts';

export type SignerCall =
  | { readonly verb: 'begin'; readonly request: SigningRequest; readonly attempt: Attempt }
  | { readonly verb: 'collect'; readonly request: SigningRequest; readonly reference: string; readonly terms?: string }
  | {
      readonly verb: 'adopt';
      readonly request: SigningRequest;
      readonly reference: string;
      readonly requestedAtMs: number;
    };

/** What a call comes to: an outcome, an error that is thrown, or something done on the way. */
export type Answer<T> = T | Error | (() => T | Promise<T>);

/** A Signer whose calls are answered by the test, in order; a call that nobody scripted fails the test. */
export class ScriptedSigner implements Signer {
  buysAt: Signer['buysAt'] = 'begin';
  readonly calls: SignerCall[] = [];
  readonly #helds: Answer<BeginOutcome>[] = [];
  readonly #begins: Answer<BeginOutcome>[] = [];
  readonly #collects: Answer<CollectOutcome>[] = [];
  readonly #adopts: Answer<CollectOutcome>[] = [];

  /** Answers of begin that come before any call is made: a turn or a permission is waited for. */
  onHeld(...answers: Answer<BeginOutcome>[]): this {
    this.#helds.push(...answers);
    return this;
  }

  onBegin(...answers: Answer<BeginOutcome>[]): this {
    this.#begins.push(...answers);
    return this;
  }

  onCollect(...answers: Answer<CollectOutcome>[]): this {
    this.#collects.push(...answers);
    return this;
  }

  onAdopt(...answers: Answer<CollectOutcome>[]): this {
    this.#adopts.push(...answers);
    return this;
  }

  /** The verbs of the calls so far, in order. */
  get verbs(): string[] {
    return this.calls.map(({ verb }) => verb);
  }

  /** The attempts of the begin calls so far, in order. */
  get attempts(): Attempt[] {
    return this.calls.flatMap((call) => (call.verb === 'begin' ? [call.attempt] : []));
  }

  async begin(request: SigningRequest, attempt: Attempt, beforeCall: () => Promise<boolean>): Promise<BeginOutcome> {
    if (this.#helds.length > 0) return answer(this.#helds, 'begin');
    if (!(await beforeCall())) return { kind: 'withheld' };
    this.calls.push({ verb: 'begin', request, attempt });
    return answer(this.#begins, 'begin');
  }

  async collect(
    request: SigningRequest,
    reference: string,
    terms?: string,
    beforeCall: () => Promise<boolean> = () => Promise.resolve(true),
  ): Promise<CollectOutcome | Withheld> {
    if (this.buysAt === 'collect' && !(await beforeCall())) return { kind: 'withheld' };
    this.calls.push({ verb: 'collect', request, reference, ...(terms === undefined ? {} : { terms }) });
    return answer(this.#collects, 'collect');
  }

  async adopt(request: SigningRequest, reference: string, requestedAtMs: number): Promise<CollectOutcome> {
    this.calls.push({ verb: 'adopt', request, reference, requestedAtMs });
    return answer(this.#adopts, 'adopt');
  }
}

async function answer<T>(script: Answer<T>[], verb: string): Promise<T> {
  const next = script.shift();
  if (next === undefined) throw new Error(`the test did not script this ${verb}`);
  if (next instanceof Error) throw next;
  return typeof next === 'function' ? (next as () => T | Promise<T>)() : next;
}

export const begun = (reference: string, terms?: string): BeginOutcome => ({
  kind: 'begun',
  reference,
  ...(terms === undefined ? {} : { terms }),
});

export const certificate: IssuedCertificate = {
  chainPem: 'leaf and intermediates\n',
  caPem: 'root\n',
  serial: '0a0b',
  notAfter: new Date('2026-02-01T00:00:00Z'),
};

export const issued: CollectOutcome = { kind: 'issued', notices: [], ...certificate };

export const retry = (
  message: string,
  more: { readonly code?: string; readonly afterMs?: number; readonly outcomeUnknown?: boolean } = {},
) => ({ kind: 'retry' as const, code: 'ThrottlingException', outcomeUnknown: false, message, ...more });

export const rejected = (message: string) => ({ kind: 'rejected' as const, code: 'ValidationException', message });

export const foreign = (message: string) => ({ kind: 'foreign' as const, code: 'ForeignCertificate', message });
