import type { AcmeClient } from '../../src/acme/acme-client.ts';
import { type AcmeErrorCode, AcmeProblem, AcmeTransportError, type ProblemDocument } from '../../src/acme/errors.ts';
import type { AcmeAccount, AcmeAuthorization, AcmeChallenge, AcmeOrder } from '../../src/acme/resources.ts';
import { Pacer } from '../../src/aws/pacing.ts';
import { AcmeQuota, type AcmeRates, acmRates } from '../../src/signers/acm/acme-quota.ts';
import { AcmSigner } from '../../src/signers/acm/acm-signer.ts';
import type { AcmDomain, AcmSignerSettings, Dns01Solver } from '../../src/signers/acm/settings.ts';
import type { SigningRequest } from '../../src/signers/signer.ts';
import { FakeClock } from './fake-clock.ts';
import { createMemoryLogger } from './memory-logger.ts';
import {
  type Authority,
  certificatesPem,
  csrPem,
  dnsSan,
  ecKey,
  extendedKeyUsageExtension,
  type KeyPair,
  keyUsageExtension,
  mintAuthority,
  mintCertificate,
  mintCsr,
  nameOf,
} from './pki.ts';

const server = 'https://acme.test';
export const accountUrl = `${server}/acct/1`;
export const orderUrl = `${server}/order/1`;

const urn = (code: AcmeErrorCode): string => `urn:ietf:params:acme:error:${code}`;

export const problemDocument = (code: AcmeErrorCode, more: Partial<ProblemDocument> = {}): ProblemDocument => ({
  type: urn(code),
  code,
  detail: 'what was said',
  subproblems: [],
  ...more,
});

export const problem = (
  operation: string,
  code: AcmeErrorCode,
  {
    status = 403,
    retryAfterMs,
    outcomeUnknown = false,
  }: { readonly status?: number; readonly retryAfterMs?: number; readonly outcomeUnknown?: boolean } = {},
): AcmeProblem => new AcmeProblem({ operation, status, problem: problemDocument(code), outcomeUnknown, retryAfterMs });

export const unreachable = (code = 'ECONNRESET', outcomeUnknown = true): AcmeTransportError =>
  new AcmeTransportError(code, 'no answer', outcomeUnknown);

export const dns = (value: string) => ({ type: 'dns', value });

export const acmeOrder = (status: AcmeOrder['status'], more: Partial<AcmeOrder> = {}): AcmeOrder => ({
  status,
  identifiers: [dns('a.example.com')],
  authorizations: [`${server}/authz/1`],
  finalize: `${orderUrl}/finalize`,
  ...(status === 'valid' ? { certificate: `${server}/cert/1` } : {}),
  ...more,
});

export const authorization = (
  status: AcmeAuthorization['status'],
  more: Partial<AcmeAuthorization> = {},
): AcmeAuthorization => ({ status, identifier: dns('a.example.com'), wildcard: false, challenges: [], ...more });

export const challenge = (more: Partial<AcmeChallenge> = {}): AcmeChallenge => ({
  type: 'dns-01',
  url: `${server}/chall/1`,
  status: 'pending',
  token: 'token-1',
  ...more,
});

type Answer<T> = T | Error | (() => T | Promise<T>);

/** An account at a server that answers each verb as it is told, in order; a call that nobody scripted fails the test. */
export class ScriptedAcme implements AcmeClient {
  readonly directoryUrl = `${server}/directory`;
  accountUrl: string | undefined = accountUrl;
  readonly thumbprint = 'thumbprint';
  /** `verb subject` of each call. */
  readonly calls: string[] = [];
  readonly #scripts = new Map<string, Answer<unknown>[]>();

  on<K extends Verb>(verb: K, ...answers: Answer<Answers[K]>[]): this {
    this.#scripts.set(verb, [...(this.#scripts.get(verb) ?? []), ...answers]);
    return this;
  }

  get verbs(): string[] {
    return this.calls.map((call) => call.split(' ')[0] ?? '');
  }

  readonly directory = unscripted('directory');
  readonly newAccount = unscripted('newAccount');
  readonly findAccount = unscripted('findAccount');
  readonly deactivateAccount = unscripted('deactivateAccount');
  readonly revokeCertificate = unscripted('revokeCertificate');
  readonly getAccount = () => this.#answer('getAccount', accountUrl);
  readonly newOrder = ({ identifiers }: Parameters<AcmeClient['newOrder']>[0]) =>
    this.#answer('newOrder', identifiers.map(({ value }) => value).join(','));
  readonly getOrder = (url: string) => this.#answer('getOrder', url);
  readonly getAuthorization = (url: string) => this.#answer('getAuthorization', url);
  readonly acceptChallenge = (url: string) => this.#answer('acceptChallenge', url);
  readonly finalize = ({ finalize }: Pick<AcmeOrder, 'finalize'>) => this.#answer('finalize', finalize);
  readonly downloadCertificate = (url: string) => this.#answer('downloadCertificate', url);

  async #answer<K extends Verb>(verb: K, subject: string): Promise<Answers[K]> {
    this.calls.push(`${verb} ${subject}`);
    const next = this.#scripts.get(verb)?.shift() as Answer<Answers[K]> | undefined;
    if (next === undefined) throw new Error(`the test did not script this ${verb}`);
    if (next instanceof Error) throw next;
    return typeof next === 'function' ? next() : next;
  }
}

interface Answers {
  readonly getAccount: AcmeAccount;
  readonly newOrder: { readonly url: string; readonly order: AcmeOrder };
  readonly getOrder: AcmeOrder;
  readonly getAuthorization: AcmeAuthorization;
  readonly acceptChallenge: AcmeChallenge;
  readonly finalize: AcmeOrder;
  readonly downloadCertificate: string;
}
type Verb = keyof Answers;

const unscripted = (verb: string) => (): never => {
  throw new Error(`a signer does not call ${verb}`);
};

/** TXT records in memory; each answer of `present` and `remove` can be told beforehand. */
export class FakeSolver implements Dns01Solver {
  readonly records = new Set<string>();
  readonly presents: (Awaited<ReturnType<Dns01Solver['present']>> | Error)[] = [];
  look: NonNullable<Dns01Solver['look']> = async () => ({ kind: 'seen' });
  readonly removes: (Awaited<ReturnType<Dns01Solver['remove']>> | Error)[] = [];

  async present(name: string, value: string): ReturnType<Dns01Solver['present']> {
    this.records.add(`${name} ${value}`);
    const next = this.presents.shift() ?? { kind: 'inSync' };
    if (next instanceof Error) throw next;
    return next;
  }

  async remove(name: string, value: string): ReturnType<Dns01Solver['remove']> {
    const next = this.removes.shift() ?? { kind: 'gone' };
    if (next instanceof Error) throw next;
    if (next.kind === 'gone') this.records.delete(`${name} ${value}`);
    return next;
  }
}

/** A public CA of two levels. */
export class PublicAuthority {
  readonly root: Authority = mintAuthority('Root');
  readonly intermediate: Authority = mintAuthority('Intermediate', this.root);

  /** DER of a certificate for the key and the names. */
  leaf(key: KeyPair, names: readonly string[], days = 45, notBefore = new Date('2026-01-02T00:00:00Z')): Buffer {
    return mintCertificate({
      key,
      subject: nameOf(),
      issuer: this.intermediate,
      notBefore,
      notAfter: new Date(notBefore.getTime() + days * 86_400_000),
      extensions: [dnsSan(...names), keyUsageExtension(1), extendedKeyUsageExtension('1.3.6.1.5.5.7.3.1')],
    });
  }

  /** PEM, as an ACME server serves it. */
  chainFor(key: KeyPair, names: readonly string[], days?: number): string {
    return certificatesPem(this.leaf(key, names, days), this.intermediate.der);
  }
}

export const allScopes = ['Exact', 'Subdomains', 'Wildcards'] as const;

/** A signer of one account among doubles, and requests for it. */
export class AcmeBench {
  readonly clock = new FakeClock();
  readonly acme = new ScriptedAcme();
  readonly authority = new PublicAuthority();
  readonly logger = createMemoryLogger();
  readonly solver = new FakeSolver();
  readonly key = ecKey();
  pacer = new Pacer(this.clock);

  quotaOf(issuerKey: string, rates: AcmeRates = acmRates): AcmeQuota {
    return new AcmeQuota({ pacer: this.pacer, rates, account: '111122223333', region: 'eu-west-1', issuerKey });
  }

  /** By default at ACM, for example.com and all below it. */
  signer(change: Partial<AcmSignerSettings> = {}): AcmSigner {
    const domain: AcmDomain = { name: 'example.com', scope: allScopes };
    const settings = { provider: 'acm', client: this.acme, domains: [domain], quota: this.quotaOf('issuer') } as const;
    return new AcmSigner({ settings: { ...settings, ...change }, clock: this.clock, logger: this.logger });
  }

  request(names: readonly string[] = ['a.example.com'], change: Partial<SigningRequest> = {}): SigningRequest {
    const csr = csrPem(mintCsr({ key: this.key, extensions: [dnsSan(...names)] }));
    return { uid: 'uid-1', csrPem: csr, durationMs: undefined, isCA: false, usages: ['server auth'], ...change };
  }

  chain(names: readonly string[] = ['a.example.com'], days?: number): string {
    return this.authority.chainFor(this.key, names, days);
  }
}

export const attempt = { number: 1, baseMs: 0 };
