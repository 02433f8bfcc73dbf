import type { CertificateAuthority, IssueInput, PcaApi } from '../../aws/clients.ts';
import type { Clock } from '../../system/clock.ts';
import type { CertificateSigningRequest } from '../../x509/certificate-signing-request.ts';
import { parseBasicConstraints } from '../../x509/extensions.ts';
import type { Attempt, Rejection, Setback, SigningRequest } from '../signer.ts';
import { AuthorityPath } from './authority-path.ts';
import type { AuthorityProbe } from './authority-probe.ts';
import { planIssue, type PcaIssuerSettings } from './issue-plan.ts';
import { type ContentPlan, planContent, planPredecessorContent } from './plan-content.ts';
import { type ChosenTemplate, selectTemplate } from './select-template.ts';
import { templates } from './templates.ts';
import { formatTerms, parseTerms, type Terms } from './terms.ts';
import { decideValidity, type ValidityEnd } from './validity.ts';

/** A request is not refused for what the authority cannot give before it was looked at within this time. */
const refusalFreshMs = 60_000;

/** A call that is ready to be made. */
export interface PlannedIssue {
  readonly kind: 'plan';
  readonly template: string;
  readonly terms: string;
  readonly input: IssueInput;
}

/** By what an issued certificate is judged. */
export interface Judgement extends Pick<ContentPlan, 'expected' | 'overrides'>, Terms {
  readonly kind: 'judgement';
}

/** Plans the certificates of one issuer. It asks AWS only where a plan depends on what nobody here knows yet. */
export class IssuePlanner {
  readonly #settings: PcaIssuerSettings;
  readonly #probe: AuthorityProbe;
  readonly #path: AuthorityPath;

  constructor(api: PcaApi, settings: PcaIssuerSettings, probe: AuthorityProbe, clock: Clock) {
    this.#settings = settings;
    this.#probe = probe;
    this.#path = new AuthorityPath(api, settings.authorityArn, clock);
  }

  /** The call for an attempt; what follows where there can be none. */
  async plan(
    request: SigningRequest,
    csr: CertificateSigningRequest,
    attempt: Attempt,
  ): Promise<PlannedIssue | Setback> {
    const content = await this.#planContent(request, csr);
    if (content.kind === 'rejected') return content;
    // The end of the authority may come while requests wait; what is known of it may be out of date.
    const fault = this.#probe.findFault() && (await this.#probe.refresh(refusalFreshMs));
    if (fault) return fault;
    const end = await this.#decideEnd(request, attempt);
    if (end.kind !== 'end') return end;
    const { endMs, shortenedFromMs } = end;
    const { template } = content;
    return {
      kind: 'plan',
      template,
      terms: formatTerms({ template, endMs, ...(shortenedFromMs === undefined ? {} : { shortenedFromMs }) }),
      input: planIssue(request, csr, attempt, this.#settings, this.#authority, content, end),
    };
  }

  /** What a certificate is judged by: the terms under which it was asked for; without terms aws-privateca-issuer did. */
  async judgementFor(
    request: SigningRequest,
    csr: CertificateSigningRequest,
    terms: string | undefined,
  ): Promise<Judgement | Rejection> {
    const known = terms === undefined ? undefined : parseTerms(terms);
    const content = known
      ? planContent({ kind: 'template', name: known.template, isVerbatim: true }, csr, request)
      : await this.#planContent(request, csr, planPredecessorContent);
    if (content.kind === 'rejected') return content;
    const { template, expected, overrides } = content;
    return { ...known, kind: 'judgement', template, expected, overrides };
  }

  get #authority(): CertificateAuthority {
    return this.#probe.authority;
  }

  async #planContent(
    request: SigningRequest,
    csr: CertificateSigningRequest,
    planned = planContent,
  ): Promise<ContentPlan | Rejection> {
    const chosen = await this.#choose(request, csr);
    return chosen.kind === 'rejected' ? chosen : planned(chosen, csr, request);
  }

  async #choose(request: SigningRequest, csr: CertificateSigningRequest): Promise<ChosenTemplate | Rejection> {
    const { isCA, usages, templateName } = request;
    const { pathLength } = parseBasicConstraints(csr.extensions);
    const wish = { isCA, usages, pathLength, ...(templateName === undefined ? {} : { templateName }) };
    const boundless = selectTemplate(wish, this.#settings, Infinity);
    if (boundless.kind === 'rejected' || templates.get(boundless.name)?.kind !== 'subordinate') return boundless;
    const room = await this.#path.room();
    const chosen = selectTemplate(wish, this.#settings, room);
    return chosen.kind === 'rejected' ? chosen : (this.#refuseDepth(chosen, room) ?? chosen);
  }

  #refuseDepth({ name }: ChosenTemplate, room: number): Rejection | undefined {
    const { pathLength = 0 } = templates.get(name) ?? {};
    if (pathLength < room) return undefined;
    const which = `The CA ${this.#settings.authorityArn} has a path length of ${room}`;
    const message =
      room === 0
        ? `${which}: it may sign no other CA. Ask for a certificate without isCA, or use an issuer whose CA leaves room for CAs below it.`
        : `${which}, so a CA under it must have a shorter one than the ${pathLength} of template ${name}. Use a template with a shorter path length, or an issuer whose CA leaves more room.`;
    return { kind: 'rejected', code: 'PathLengthExceeded', message };
  }

  async #decideEnd({ durationMs }: SigningRequest, { baseMs }: Attempt): Promise<ValidityEnd | Setback> {
    const decide = () => decideValidity(durationMs, baseMs, this.#authority, this.#settings);
    const end = decide();
    if (end.kind === 'end') return end;
    // The CA may have been renewed meanwhile: nobody is refused for an end that has moved.
    return (await this.#probe.refresh(refusalFreshMs)) ?? decide();
  }
}
