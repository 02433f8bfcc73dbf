import type { AcmDomain, AcmSignerSettings, DomainScope } from './settings.ts';

/** What of a domain a name is: the domain itself, a name below it, a wildcard of it or of a name below it. */
interface Relation {
  readonly domain: AcmDomain;
  readonly scope: DomainScope;
}

const isBelow = (name: string, domain: string): boolean => name.endsWith(`.${domain}`);

/**
 * Undefined: the name is not of the domain. AWS does not say whether Subdomains goes deeper than one label, and whether
 * Wildcards covers `*.sub.example.com` too
 * (https://docs.aws.amazon.com/acm/latest/userguide/acme-domain-validation.html): whoever may be right is not refused here.
 */
function relate(name: string, domain: AcmDomain): Relation | undefined {
  const base = name.replace(/^\*\./, '');
  if (base !== domain.name && !isBelow(base, domain.name)) return undefined;
  if (base !== name) return { domain, scope: 'Wildcards' };
  return { domain, scope: base === domain.name ? 'Exact' : 'Subdomains' };
}

/** The domains that a name is of, the longest first, and which scope each of them has to have for it. */
const relationsOf = (name: string, domains: readonly AcmDomain[]): Relation[] =>
  domains.flatMap((domain) => relate(name, domain) ?? []).sort((a, b) => b.domain.name.length - a.domain.name.length);

/** The domains that cover a name, by some reading of their scopes; the longest first. */
export const coveringDomains = (name: string, domains: readonly AcmDomain[]): AcmDomain[] =>
  relationsOf(name, domains)
    .filter(({ domain, scope }) => domain.scope.includes(scope))
    .map(({ domain }) => domain);

/** Whether ACM issues for these names as far as the issuer knows: its own domains cover them all. */
export const areCoveredAtAcm = (
  { provider, domains }: Pick<AcmSignerSettings, 'provider' | 'domains'>,
  names: readonly string[],
): boolean =>
  provider === 'acm' && names.length > 0 && names.every((name) => coveringDomains(name, domains).length > 0);

/** The domains that a name is of, whatever their scopes say by now; those that cover it first. */
export const domainsOf = (name: string, domains: readonly AcmDomain[]): AcmDomain[] => [
  ...coveringDomains(name, domains),
  ...relationsOf(name, domains).map(({ domain }) => domain),
];

/** What to change so that the issuer covers a name that it does not. */
export function explainUncovered(name: string, domains: readonly AcmDomain[]): string {
  const [nearest] = relationsOf(name, domains);
  if (!nearest) {
    const known = domains.map((domain) => domain.name).join(', ');
    return `${name} is of no domain of the issuer (${known}). Add its domain to spec.acm.domains`;
  }
  const { domain, scope } = nearest;
  return `${name} takes the scope ${scope} of ${domain.name}, which has ${domain.scope.join(', ') || 'none'}. Add ${scope} to its scope in spec.acm.domains`;
}
