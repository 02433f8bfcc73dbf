import type { DeadOrder } from '../../acme/order-step.ts';
import type { CollectOutcome } from '../signer.ts';
import { areCoveredAtAcm, coveringDomains, explainUncovered } from './domain-coverage.ts';
import { explainProblem, serverName } from './explain-problem.ts';
import { consequenceOfProblem, decisiveCode, type ProblemConsequence } from './problem-table.ts';
import type { AcmDomain, AcmSignerSettings } from './settings.ts';
import { shorten } from './shorten.ts';

/** The first order that dies is replaced soon; where the issuer may have something to mend first, it gets a while. */
const firstMs: Readonly<Partial<Record<ProblemConsequence, number>>> = {
  domain: 30_000,
  denied: 30_000,
  issuer: 30_000,
};
const usualFirstMs = 2_000;
/** After that, a minute, and twice as long each time. */
const laterMs = 60_000;
const longestMs = 15 * 60_000;

const concerningIssuer: readonly ProblemConsequence[] = ['domain', 'denied', 'issuer'];

type Settings = Pick<AcmSignerSettings, 'provider' | 'domains'>;

/**
 * What follows from an order that will never give a certificate; `deaths` of the request's orders, this one included;
 * `wanted`: the names that it was for.
 */
export function explainDeath(
  settings: Settings,
  death: DeadOrder,
  deaths: number,
  wanted: readonly string[],
): CollectOutcome {
  const { problem } = death;
  const areCovered = areCoveredAtAcm(settings, wanted);
  const consequence = problem ? consequenceOfProblem(problem, undefined, areCovered) : 'domain';
  const code = problem ? decisiveCode(problem, areCovered) : death.reason;
  const message = describe(settings, death, areCovered);
  if (consequence === 'request') return { kind: 'rejected', code, message };
  const first = firstMs[consequence] ?? usualFirstMs;
  const afterMs = deaths === 1 ? first : Math.min(longestMs, laterMs * 2 ** Math.min(deaths - 2, 10));
  return {
    kind: 'attemptFailed',
    code,
    message: `${message} Another order is placed, at first soon and then more and more rarely.`,
    afterMs,
    checkIssuer: concerningIssuer.includes(consequence),
  };
}

function describe({ provider, domains }: Settings, death: DeadOrder, areCovered: boolean): string {
  const { problem, reason, identifiers } = death;
  const server = serverName(provider);
  const names = identifiers.map(({ value }) => value);
  const of = names.length === 0 ? 'the order' : shorten(names);
  if (problem) return explainProblem(provider, `${server} gave up on ${of} with`, problem, areCovered);
  if (reason !== 'unsolvable') return `${server} gave up on ${of} without a reason.`;
  if (provider === 'rfc8555') return `The ACME server asks for a proof of ${of}, but not by dns-01.`;
  return `ACM has no approval for ${of}. ${shorten(
    names.map((name) => whyUnapproved(name, domains)),
    ' ',
  )}`;
}

function whyUnapproved(name: string, domains: readonly AcmDomain[]): string {
  if (domains.length === 0) return `Validate its domain on the ACME endpoint, or name it in spec.acm.domains.`;
  const [nearest] = coveringDomains(name, domains);
  if (!nearest) return `${explainUncovered(name, domains)}.`;
  const scope = nearest.scope.join(', ');
  return `For ${name} there is ${nearest.name} with the scope ${scope}: see the status of the issuer for its validation, or name a domain closer to it in spec.acm.domains.`;
}
