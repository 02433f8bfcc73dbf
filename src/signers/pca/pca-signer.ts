import type { AwsApi, CertificateAuthority } from '../../aws/clients.ts';
import { AwsError } from '../../aws/errors.ts';
import { isCertificateArnOf } from '../../aws/arn.ts';
import type { Pacer } from '../../aws/pacing.ts';
import type { Clock } from '../../system/clock.ts';
import { certificatePem, type Certificate, CertificateError, parseCertificates } from '../../x509/certificate.ts';
import type { CertificateSigningRequest } from '../../x509/certificate-signing-request.ts';
import { buildChain, ChainError } from '../../x509/chain.ts';
import type { Attempt, BeginOutcome, CollectOutcome, Setback, Signer, SigningRequest } from '../signer.ts';
import { planIssue, type PcaIssuerSettings, readCsr } from './issue-plan.ts';
import type { IssuingTime } from './issuing-time.ts';
import { toSetback } from './setbacks.ts';
import { TemplateGate } from './template-gate.ts';
import { selectTemplate } from './templates.ts';
import { findIdentityMismatch, findTemplateMismatch } from './verify-certificate.ts';

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

/** How long a successful description of the authority answers for it while errors are judged. */
const describedFreshMs = 10_000;
/** Requests that vanish between issue and look leave their entry behind; so many are kept. */
const begunLimit = 10_000;

/** The pacing key of an operation: quotas are per account, region and operation. */
export const quotaKey = (account: string, region: string, operation: string): string =>
  `acm-pca/${account}/${region}/${operation}`;

/** Signs through one certificate authority of AWS Private CA. */
export class PcaSigner implements Signer {
  readonly #options: PcaSignerOptions;
  readonly #gate: TemplateGate;
  /** When this process's requests were begun, monotonic milliseconds. */
  readonly #begun = new Map<string, number>();
  #describedAt = -Infinity;

  constructor(options: PcaSignerOptions) {
    this.#options = options;
    this.#gate = new TemplateGate(options.clock);
  }

  async begin(request: SigningRequest, attempt: Attempt): Promise<BeginOutcome> {
    const { api, authority, settings, clock } = this.#options;
    const reading = readCsr(request.csrPem);
    if (reading.kind === 'rejected') return reading;
    const { template, ...input } = planIssue(request, reading.csr, attempt, settings, authority);
    const held =
      this.#gate.check(template) ??
      this.#pace('IssueCertificate', this.#options.rates.issue, request.uid) ??
      this.#gate.enter(template);
    if (held) return held;
    try {
      const reference = await api.issueCertificate(input);
      this.#gate.open(template);
      this.#remember(reference, clock.monotonic());
      return { kind: 'begun', reference };
    } catch (error) {
      return this.#judgeIssueError(toKnown(error), template);
    }
  }

  async collect(request: SigningRequest, reference: string): Promise<CollectOutcome> {
    const tooEarlyMs = this.#untilFirstLook(reference);
    if (tooEarlyMs > 0) return { kind: 'pending', afterMs: tooEarlyMs };
    const reading = readCsr(request.csrPem);
    if (reading.kind === 'rejected') return reading;
    const fetched = await this.#fetch(request, reference);
    if (fetched.kind !== 'fetched') return fetched;
    this.#learn(reference);
    return this.#assemble(request, reading.csr, fetched);
  }

  async adopt(request: SigningRequest, reference: string, requestedAtMs: number): Promise<CollectOutcome> {
    const { settings } = this.#options;
    if (!isCertificateArnOf(reference, settings.authorityArn)) return foreign('it is no certificate of this authority');
    const reading = readCsr(request.csrPem);
    if (reading.kind === 'rejected') return reading;
    const fetched = await this.#fetch(request, reference);
    if (fetched.kind === 'rejected' || fetched.kind === 'attemptFailed') return foreign(fetched.message);
    if (fetched.kind !== 'fetched') return fetched;
    const issuedAtMs = fetched.leaf.notBefore.getTime() + settings.notBeforeOffsetMs;
    if (issuedAtMs < Math.floor(requestedAtMs / 1000) * 1000)
      return foreign('it was issued before the request existed');
    return this.#assemble(request, reading.csr, fetched);
  }

  async #fetch(request: SigningRequest, reference: string): Promise<Fetched | CollectOutcome> {
    const { api, settings, rates } = this.#options;
    const held = this.#pace('GetCertificate', rates.get, request.uid);
    if (held) return held;
    try {
      const { certificate, chain } = await api.getCertificate(settings.authorityArn, reference);
      const [leaf] = parseCertificates(certificate);
      if (!leaf) return broken('AWS returned no certificate');
      return { kind: 'fetched', leaf, chain: parseCertificates(chain) };
    } catch (error) {
      if (error instanceof CertificateError) return broken(error.message);
      return this.#judgeGetError(toKnown(error), reference);
    }
  }

  #assemble(request: SigningRequest, csr: CertificateSigningRequest, { leaf, chain }: Fetched): CollectOutcome {
    const template = selectTemplate({ ...request, defaultTemplateName: this.#options.settings.defaultTemplateName });
    const stranger = findIdentityMismatch(leaf, csr);
    if (stranger !== undefined) return foreign(`the certificate is not this request's: ${stranger}`);
    const mismatch = findTemplateMismatch(leaf, csr, template);
    if (mismatch !== undefined) return broken(`the issued certificate is not what was asked for: ${mismatch}`);
    if (leaf.notAfter.getTime() <= this.#options.clock.now())
      return broken('the issued certificate has expired already');
    try {
      const { certificates, authority } = buildChain(leaf, chain);
      return {
        kind: 'issued',
        chainPem: certificates.map(certificatePem).join(''),
        caPem: authority ? certificatePem(authority) : '',
        serial: leaf.serial,
        notAfter: leaf.notAfter,
      };
    } catch (error) {
      if (error instanceof ChainError) return broken(error.message);
      throw error;
    }
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
    const fault = await this.#findIssuerFault(error);
    if (fault) return fault;
    const { code, message } = toSetback(error);
    if (error.consequence === 'authority') return { kind: 'rejected', code, message };
    return this.#gate.shut(template, {
      code: error.code,
      message:
        `AWS denies acm-pca:IssueCertificate with template ${template} to this issuer's identity (${error.detail}). ` +
        `Allow it in the identity's IAM policy, or for another account's CA in its resource share; it is tried again every minute.`,
    });
  }

  async #judgeGetError(error: AwsError, reference: string): Promise<CollectOutcome> {
    this.#noteThrottle(error);
    const { issuingTime, clock } = this.#options;
    if (error.consequence === 'inProgress') {
      const sinceMs = clock.monotonic() - (this.#begun.get(reference) ?? clock.monotonic());
      return { kind: 'pending', afterMs: issuingTime.nextLookMs(sinceMs) };
    }
    const { code, message: said } = toSetback(error);
    if (error.consequence === 'failed') return { kind: 'attemptFailed', code, message: said };
    const fault = await this.#findIssuerFault(error);
    if (fault) return fault;
    if (error.consequence === 'authority') return foreign(`AWS does not know it: ${error.detail}`);
    const message =
      `AWS denies acm-pca:GetCertificate to this issuer's identity (${error.detail}). ` +
      `Allow it in the identity's IAM policy; it is tried again every minute.`;
    return { kind: 'blocked', code: error.code, message, afterMs: 60_000 };
  }

  /**
   * What follows from an error by itself; undefined when it is not the issuer's after all. A denial, or something that is
   * not found, can be meant for the authority or for what else the call names: it is the latter if this identity can
   * describe the authority.
   */
  async #findIssuerFault(error: AwsError): Promise<Setback | undefined> {
    const ambiguous =
      error.consequence === 'denied' || (error.consequence === 'authority' && error.code !== 'InvalidStateException');
    return ambiguous ? this.#describeFault() : toSetback(error);
  }

  /** The fault of the authority itself, or undefined when it can be described. */
  async #describeFault(): Promise<Setback | undefined> {
    const { api, settings, clock } = this.#options;
    if (clock.monotonic() - this.#describedAt < describedFreshMs) return undefined;
    try {
      await api.describeCertificateAuthority(settings.authorityArn);
      this.#describedAt = clock.monotonic();
      return undefined;
    } catch (error) {
      return toSetback(toKnown(error));
    }
  }

  #remember(reference: string, at: number): void {
    this.#begun.set(reference, at);
    const [oldest] = this.#begun.keys();
    if (this.#begun.size > begunLimit && oldest !== undefined) this.#begun.delete(oldest);
  }

  #untilFirstLook(reference: string): number {
    const begun = this.#begun.get(reference);
    if (begun === undefined) return 0;
    return Math.ceil(begun + this.#options.issuingTime.firstLookMs - this.#options.clock.monotonic());
  }

  #learn(reference: string): void {
    const begun = this.#begun.get(reference);
    if (begun === undefined) return;
    this.#begun.delete(reference);
    this.#options.issuingTime.learn(this.#options.clock.monotonic() - begun);
  }
}

interface Fetched {
  readonly kind: 'fetched';
  readonly leaf: Certificate;
  readonly chain: readonly Certificate[];
}

const foreign = (message: string): CollectOutcome => ({ kind: 'foreign', code: 'ForeignCertificate', message });

const broken = (problem: string): CollectOutcome => ({
  kind: 'rejected',
  code: 'InvalidCertificate',
  message: `${problem}. Nothing was stored; compare the issuer's template with what the CertificateRequest asks for.`,
});

/** Anything but an AwsError is a fault of this program and goes up as it is. */
function toKnown(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  throw error;
}
