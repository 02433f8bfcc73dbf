import { isCertificateArnOf } from '../../aws/arn.ts';
import type { AwsApi, CertificateAuthority } from '../../aws/clients.ts';
import { AwsError } from '../../aws/errors.ts';
import type { Pacer } from '../../aws/pacing.ts';
import type { Clock } from '../../system/clock.ts';
import type { CertificateSigningRequest } from '../../x509/certificate-signing-request.ts';
import type { Attempt, BeginOutcome, CollectOutcome, Setback, Signer, SigningRequest } from '../signer.ts';
import { assembleCertificate, foreign, type Fetched, parseFetched } from './assemble-certificate.ts';
import { AuthorityProbe } from './authority-probe.ts';
import { AwaitedCertificates } from './awaited-certificates.ts';
import { planIssue, type PcaIssuerSettings, readCsr } from './issue-plan.ts';
import type { IssuingTime } from './issuing-time.ts';
import { isBeforeTheCall, toSetback } from './setbacks.ts';
import { TemplateGate } from './template-gate.ts';
import { selectTemplate } from './templates.ts';

/** Calls per second that the account's quotas allow; 0: do not pace. */
export interface PcaRates {
  readonly issue: number;
  readonly get: number;
}

export interface PcaSignerOptions {
  readonly api: AwsApi;
  /** The account whose quotas the calls use: the caller's. */
  readonly account: string;
  readonly authority: CertificateAuthority;
  readonly settings: PcaIssuerSettings;
  readonly rates: PcaRates;
  /** Shared by all issuers. */
  readonly pacer: Pacer;
  /** Shared by all issuers of the authority. */
  readonly issuingTime: IssuingTime;
  readonly clock: Clock;
}

/** The pacing key of an operation: quotas are per account, region and operation. */
export const quotaKey = (account: string, region: string, operation: string): string =>
  `acm-pca/${account}/${region}/${operation}`;

/** Signs through one certificate authority of AWS Private CA. */
export class PcaSigner implements Signer {
  readonly #options: PcaSignerOptions;
  readonly #gate: TemplateGate;
  readonly #probe: AuthorityProbe;
  readonly #awaited: AwaitedCertificates;

  constructor(options: PcaSignerOptions) {
    const { api, settings, clock, issuingTime } = options;
    this.#options = options;
    this.#gate = new TemplateGate(clock);
    this.#probe = new AuthorityProbe(api, settings.authorityArn, clock);
    this.#awaited = new AwaitedCertificates(clock, issuingTime);
  }

  async begin(
    request: SigningRequest,
    attempt: Attempt,
    beforeCall: () => Promise<boolean> = () => Promise.resolve(true),
  ): Promise<BeginOutcome> {
    const { api, authority, settings, rates } = this.#options;
    const reading = readCsr(request.csrPem);
    if (reading.kind === 'rejected') return reading;
    const { template, ...input } = planIssue(request, reading.csr, attempt, settings, authority);
    const held =
      this.#gate.check(template) ??
      this.#pace('IssueCertificate', rates.issue, request.uid) ??
      this.#gate.enter(template);
    if (held) return held;
    if (!(await beforeCall())) return { kind: 'withheld' };
    try {
      const reference = await api.issueCertificate(input);
      this.#gate.open(template);
      this.#awaited.begin(reference);
      return { kind: 'begun', reference, terms: template };
    } catch (error) {
      return this.#judgeIssueError(toKnown(error), template);
    }
  }

  async collect(request: SigningRequest, reference: string, terms?: string): Promise<CollectOutcome> {
    if (!this.#awaited.has(reference) && !this.#isOurs(reference)) return foreign('it is no certificate of this CA');
    const tooEarlyMs = this.#awaited.untilFirstLookMs(reference);
    if (tooEarlyMs > 0) return { kind: 'pending', afterMs: tooEarlyMs };
    const reading = readCsr(request.csrPem);
    if (reading.kind === 'rejected') return reading;
    const fetched = await this.#fetch(request, reference);
    if (fetched.kind !== 'fetched') return fetched;
    this.#awaited.arrive(reference);
    return this.#assemble(request, reading.csr, fetched, terms);
  }

  async adopt(request: SigningRequest, reference: string, requestedAtMs: number): Promise<CollectOutcome> {
    if (!this.#isOurs(reference)) return foreign('it is no certificate of this CA');
    const reading = readCsr(request.csrPem);
    if (reading.kind === 'rejected') return reading;
    const fetched = await this.#fetch(request, reference);
    if (fetched.kind === 'attemptFailed') return foreign(fetched.message);
    if (fetched.kind !== 'fetched') return fetched;
    const issuedAtMs = fetched.leaf.notBefore.getTime() + this.#options.settings.notBeforeOffsetMs;
    if (issuedAtMs < Math.floor(requestedAtMs / 1000) * 1000)
      return foreign('it was issued before the request existed');
    const outcome = this.#assemble(request, reading.csr, fetched);
    // Whoever wrote the reference, no request fails for it: its own certificate has not been asked for yet.
    return outcome.kind === 'rejected' ? foreign(outcome.message) : outcome;
  }

  #isOurs(reference: string): boolean {
    return isCertificateArnOf(reference, this.#options.settings.authorityArn);
  }

  async #fetch(request: SigningRequest, reference: string): Promise<Fetched | CollectOutcome> {
    const { api, settings, rates } = this.#options;
    const held = this.#pace('GetCertificate', rates.get, request.uid);
    if (held) return held;
    try {
      const { certificate, chain } = await api.getCertificate(settings.authorityArn, reference);
      return parseFetched(certificate, chain);
    } catch (error) {
      return this.#judgeGetError(toKnown(error), reference);
    }
  }

  #assemble(request: SigningRequest, csr: CertificateSigningRequest, fetched: Fetched, terms?: string): CollectOutcome {
    const { settings, clock } = this.#options;
    const template = terms ?? selectTemplate({ ...request, defaultTemplateName: settings.defaultTemplateName });
    return assembleCertificate(fetched, csr, template, clock.now());
  }

  /** Holds a call back until the quota has room for it. */
  #pace(operation: string, rate: number, ticket: string): Setback | undefined {
    const { pacer, account, api } = this.#options;
    const afterMs = pacer.reserve(quotaKey(account, api.region, operation), rate, ticket);
    if (afterMs === 0) return undefined;
    const message = `It waits its turn: ${operation} is paced below the quota of account ${account} in ${api.region}.`;
    return { kind: 'retry', code: 'Pacing', message, afterMs, outcomeUnknown: false };
  }

  #noteThrottle(error: AwsError): void {
    const { pacer, account, api } = this.#options;
    if (error.consequence === 'throttled') pacer.throttled(quotaKey(account, api.region, error.operation));
  }

  async #judgeIssueError(error: AwsError, template: string): Promise<Setback> {
    this.#noteThrottle(error);
    const fault = await this.#probe.judge(error);
    if (fault) return fault;
    const { code, message } = toSetback(error);
    if (error.consequence === 'authority') return { kind: 'rejected', code, message };
    return this.#gate.shut(template, {
      code,
      message:
        `AWS denies acm-pca:IssueCertificate with template ${template} to this issuer's identity (${error.detail}). ` +
        `Allow it in the identity's IAM policy, or for another account's CA in its resource share; it is tried again every minute.`,
    });
  }

  async #judgeGetError(error: AwsError, reference: string): Promise<CollectOutcome> {
    this.#noteThrottle(error);
    if (isBeforeTheCall(error)) return toSetback(error);
    const { consequence, detail } = error;
    if (consequence === 'inProgress') return { kind: 'pending', afterMs: this.#awaited.miss(reference) };
    const { code, message: said } = toSetback(error);
    if (consequence === 'failed') return { kind: 'attemptFailed', code, message: said };
    if (consequence === 'request') return foreign(`AWS does not accept it: ${detail}`);
    const fault = await this.#probe.judge(error);
    if (fault) return fault;
    if (consequence === 'authority') return this.#judgeUnknown(error, reference);
    const message =
      `AWS denies acm-pca:GetCertificate to this issuer's identity (${detail}). ` +
      `Allow it in the identity's IAM policy; it is tried again every minute.`;
    return { kind: 'blocked', code, message, afterMs: 60_000 };
  }

  /** AWS gave us the ARN itself a moment ago: it will come to know it. Any other that it does not know is not ours. */
  #judgeUnknown({ code, detail }: AwsError, reference: string): CollectOutcome {
    if (!this.#awaited.has(reference)) return foreign(`AWS does not know it: ${detail}`);
    const message = `AWS Private CA does not find the certificate that it began (${code}); it is looked for again.`;
    return { kind: 'retry', code, message, outcomeUnknown: false };
  }
}

/** Anything but an AwsError is a fault of this program and goes up as it is. */
function toKnown(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  throw error;
}
