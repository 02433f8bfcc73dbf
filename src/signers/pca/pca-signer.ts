import { isCertificateArnOf } from '../../aws/arn.ts';
import type { CertificateAuthority, PcaApi } from '../../aws/clients.ts';
import { AwsError, isBeforeTheCall } from '../../aws/errors.ts';
import type { Clock } from '../../system/clock.ts';
import type { CertificateSigningRequest } from '../../x509/certificate-signing-request.ts';
import { ChainReader } from '../../x509/chain-reader.ts';
import type { Attempt, BeginOutcome, CollectOutcome, Setback, Signer, SigningRequest } from '../signer.ts';
import { assembleCertificate, foreign, type Fetched, parseFetched } from './assemble-certificate.ts';
import { AuthorityProbe } from './authority-probe.ts';
import { AwaitedCertificates } from './awaited-certificates.ts';
import { type CsrReading, type PcaIssuerSettings, readCsr, readSignedCsr } from './issue-plan.ts';
import { IssuePlanner, type PlannedIssue } from './issue-planner.ts';
import type { IssuingTime } from './issuing-time.ts';
import type { CallInTurn, Held, PacedOperation, PcaQuota } from './quota.ts';
import { explainGetDenial, explainTemplate, isTemplateUnknown, slowRetryMs, toSetback } from './setbacks.ts';
import { Gate } from '../gate.ts';

export interface PcaSignerOptions {
  readonly api: PcaApi;
  readonly authority: CertificateAuthority;
  readonly settings: PcaIssuerSettings;
  readonly quota: PcaQuota;
  /** Shared by all issuers of the authority. */
  readonly issuingTime: IssuingTime;
  readonly clock: Clock;
}

/**
 * How often AWS has to say that it failed before a certificate that was asked for is given up: RequestFailedException does
 * not tell whether the issuance failed or only the look at it, and the next attempt may be billed.
 */
const failuresBelieved = 3;

/** Signs through one certificate authority of AWS Private CA. */
export class PcaSigner implements Signer {
  readonly buysAt = 'begin';
  readonly #options: PcaSignerOptions;
  readonly #gate: Gate;
  readonly #probe: AuthorityProbe;
  readonly #planner: IssuePlanner;
  readonly #awaited: AwaitedCertificates;
  readonly #chains = new ChainReader();

  constructor(options: PcaSignerOptions) {
    const { api, authority, settings, clock, issuingTime, quota } = options;
    this.#options = options;
    this.#gate = new Gate(clock);
    this.#probe = new AuthorityProbe({ api, authority, clock, quota });
    this.#planner = new IssuePlanner(api, settings, this.#probe, clock);
    this.#awaited = new AwaitedCertificates(clock, issuingTime);
  }

  async begin(
    request: SigningRequest,
    attempt: Attempt,
    beforeCall: () => Promise<boolean> = () => Promise.resolve(true),
  ): Promise<BeginOutcome> {
    const reading = this.#readFor('IssueCertificate', request);
    if (reading.kind !== 'csr') return reading;
    const planned = await this.#planner.plan(request, reading.csr, attempt);
    if (planned.kind !== 'plan') return planned;
    const held = this.#gate.check(planned.template);
    if (held) return held;
    return this.#options.quota.inTurn('IssueCertificate', request.uid, async (call): Promise<BeginOutcome> => {
      const shut = this.#gate.enter(planned.template);
      if (shut) return shut;
      if (!(await beforeCall())) return { kind: 'withheld' };
      return this.#issue(planned, call);
    });
  }

  async #issue({ input, template, terms }: PlannedIssue, call: CallInTurn): Promise<BeginOutcome> {
    try {
      const reference = await call(() => this.#options.api.issueCertificate(input));
      this.#gate.open(template);
      this.#awaited.begin(reference);
      return { kind: 'begun', reference, terms };
    } catch (error) {
      return this.#judgeIssueError(toKnown(error), template);
    }
  }

  async collect(request: SigningRequest, reference: string, terms?: string): Promise<CollectOutcome> {
    if (!this.#awaited.has(reference) && !this.#isOurs(reference)) return foreign('it is no certificate of this CA');
    const tooEarlyMs = this.#awaited.untilFirstLookMs(reference);
    if (tooEarlyMs > 0) return { kind: 'pending', afterMs: tooEarlyMs };
    const reading = this.#readFor('GetCertificate', request);
    if (reading.kind !== 'csr') return reading;
    const fetched = await this.#fetch(request, reference);
    if (fetched.kind !== 'fetched') return fetched;
    this.#awaited.arrive(reference);
    return this.#assemble(request, reading.csr, fetched, terms);
  }

  async adopt(request: SigningRequest, reference: string, requestedAtMs: number): Promise<CollectOutcome> {
    if (!this.#isOurs(reference)) return foreign('it is no certificate of this CA');
    const reading = this.#readFor('GetCertificate', request);
    if (reading.kind !== 'csr') return reading;
    const fetched = await this.#fetch(request, reference);
    if (fetched.kind === 'attemptFailed') return foreign(fetched.message);
    if (fetched.kind !== 'fetched') return fetched;
    const issuedAtMs = fetched.leaf.notBefore.getTime() + this.#options.settings.notBeforeOffsetMs;
    if (issuedAtMs < Math.floor(requestedAtMs / 1000) * 1000)
      return foreign('it was issued before the request existed');
    const outcome = await this.#assemble(request, reading.csr, fetched);
    // Whoever wrote the reference, no request fails for it: its own certificate has not been asked for yet.
    return outcome.kind === 'rejected' ? foreign(outcome.message) : outcome;
  }

  /** Reads the CSR when a request comes for the first time, and when its turn has come; not each time that it asks. */
  #readFor(operation: PacedOperation, request: SigningRequest): CsrReading | Held {
    const read = operation === 'IssueCertificate' ? readCsr : readSignedCsr;
    return this.#options.quota.stillHeld(operation, request.uid) ?? read(request.csrPem);
  }

  #isOurs(reference: string): boolean {
    return isCertificateArnOf(reference, this.#options.settings.authorityArn);
  }

  async #fetch(request: SigningRequest, reference: string): Promise<Fetched | CollectOutcome> {
    const { api, settings, quota } = this.#options;
    return quota.inTurn('GetCertificate', request.uid, async (call): Promise<Fetched | CollectOutcome> => {
      try {
        const { certificate, chain } = await call(() => api.getCertificate(settings.authorityArn, reference));
        return parseFetched(certificate, chain, this.#chains);
      } catch (error) {
        return this.#judgeGetError(toKnown(error), reference);
      }
    });
  }

  async #assemble(
    request: SigningRequest,
    csr: CertificateSigningRequest,
    fetched: Fetched,
    terms?: string,
  ): Promise<CollectOutcome> {
    const judgement = await this.#planner.judgementFor(request, csr, terms);
    if (judgement.kind === 'rejected') return judgement;
    return assembleCertificate(fetched, csr, judgement, this.#options.clock.now());
  }

  async #judgeIssueError(error: AwsError, template: string): Promise<Setback> {
    const fault = await this.#probe.judge(error);
    if (fault) return fault.kind === 'blocked' ? this.#gate.shut(template, fault) : fault;
    const { code } = error;
    const message = explainTemplate(error, template);
    if (isTemplateUnknown(error)) return { kind: 'rejected', code, message };
    return this.#gate.shut(template, { code, message });
  }

  async #judgeGetError(error: AwsError, reference: string): Promise<CollectOutcome> {
    if (isBeforeTheCall(error)) return toSetback(error);
    const { consequence } = error;
    if (consequence === 'inProgress') return { kind: 'pending', afterMs: this.#awaited.miss(reference) };
    const { code, message: said } = toSetback(error);
    if (consequence === 'failed' && this.#awaited.fail(reference) >= failuresBelieved) {
      return { kind: 'attemptFailed', code, message: said };
    }
    const fault = await this.#probe.judge(error);
    if (fault) return fault;
    if (consequence === 'authority') return this.#judgeUnknown(error, reference);
    return { kind: 'blocked', code, message: explainGetDenial(error), afterMs: slowRetryMs };
  }

  /** AWS gave us the ARN itself a moment ago: it will come to know it. Any other that it does not know is not ours. */
  #judgeUnknown({ code, detail }: AwsError, reference: string): CollectOutcome {
    if (!this.#awaited.has(reference)) return { ...foreign(`AWS does not know it: ${detail}`), isUnknown: true };
    const message = `AWS Private CA does not find the certificate that it began (${code}); it is looked for again.`;
    return { kind: 'retry', code, message, outcomeUnknown: false };
  }
}

/** Anything but an AwsError is a fault of this program and goes up as it is. */
function toKnown(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  throw error;
}
