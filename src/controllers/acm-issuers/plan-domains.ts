import type { AcmDomainSpec, DeletionPolicy, DomainScope as ScopeWord } from '../../api/acm.ts';
import { InvalidSpec } from '../issuers/invalid-spec.ts';
import type { IdentityPlan } from '../issuers/plan-credentials.ts';
import type { EndpointPlan } from './plan-endpoint.ts';

/** Which names of a domain are covered; none implies another. */
export interface DomainScope {
  readonly exact: boolean;
  readonly subdomains: boolean;
  readonly wildcards: boolean;
}

/** The identity that writes to a zone of Route 53. */
export interface ZoneIdentityPlan extends IdentityPlan {
  readonly region: string;
}

/** Who writes the records of a domain, and where. */
export type RecordPlan =
  /** A person, who reads the record in the condition. */
  | { readonly kind: 'byHand' }
  | { readonly kind: 'acm'; readonly hostedZoneId: string }
  | { readonly kind: 'route53'; readonly identity: ZoneIdentityPlan; readonly hostedZoneId: string | undefined };

export interface DomainPlan {
  readonly name: string;
  readonly scope: DomainScope;
  readonly deletionPolicy: DeletionPolicy;
  readonly record: RecordPlan;
  /** What is odd about its fields, a sentence for the log. */
  readonly note?: string;
  /** Challenges are answered where CNAMEs of their names lead. */
  readonly followsCname: boolean;
  /** The zone's name servers are asked for the records of challenges, beside Route 53. */
  readonly asksNameServers: boolean;
}

/** The identity for a domain's zone, and what is odd about it, a sentence; throws InvalidSpec. `field`: where its fields are. */
export type PlanZoneIdentity = (domain: AcmDomainSpec, field: string) => ZoneIdentityPlan & { readonly note?: string };

const invalid = (message: string): InvalidSpec => new InvalidSpec('Validation', message);

/** Throws InvalidSpec. */
export function planDomains(
  domains: readonly AcmDomainSpec[],
  endpoint: EndpointPlan,
  planZoneIdentity: PlanZoneIdentity,
): DomainPlan[] {
  const names = domains.map(({ name }) => name);
  return domains.map((domain, index) => {
    const field = `spec.acm.domains[${index}]`;
    if (names.indexOf(domain.name) < index)
      throw invalid(`${field}.name ${domain.name} is there twice. Leave one out.`);
    return {
      name: planName(domain.name, field),
      scope: planScope(domain.scope, field),
      deletionPolicy: domain.deletionPolicy ?? 'Retain',
      ...planRecord(domain, field, endpoint, planZoneIdentity),
      followsCname: planStrategy(domain, field, endpoint),
      asksNameServers: planCheck(domain, field, endpoint),
    };
  });
}

/** ACM's own pattern for DomainName, with at least two labels: nobody certifies a top level domain. */
const namePattern = /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

function planName(name: string, field: string): string {
  if (namePattern.test(name) && name.length <= 253) return name;
  throw invalid(
    `${field}.name ${JSON.stringify(name)} is no domain. Write it in lower case, without wildcard and dot at its end, such as ` +
      'example.com; scope says whether wildcards are covered.',
  );
}

const scopeWords: readonly ScopeWord[] = ['Exact', 'Subdomains', 'Wildcards'];

function planScope(scope: AcmDomainSpec['scope'] = [], field: string): DomainScope {
  const words = scope.length === 0 ? (['Exact'] as const) : scope;
  const unknown = words.findIndex((word) => !scopeWords.includes(word));
  if (unknown >= 0)
    throw invalid(
      `${field}.scope[${unknown}] ${JSON.stringify(words[unknown])} is not one of ${scopeWords.join(', ')}.`,
    );
  return {
    exact: words.includes('Exact'),
    subdomains: words.includes('Subdomains'),
    wildcards: words.includes('Wildcards'),
  };
}

/** Of an ID, with or without `/hostedzone/` in front. */
function planZone(id: string, field: string): string {
  const bare = id.trim().replace(/^\/?hostedzone\//, '');
  if (/^Z[A-Z0-9]{1,31}$/.test(bare)) return bare;
  throw invalid(
    `${field}.dns01.route53.hostedZoneID ${JSON.stringify(id)} is not the ID of a hosted zone. It looks like Z0123456789ABCDEFGHIJ.`,
  );
}

function planRecord(
  domain: AcmDomainSpec,
  field: string,
  endpoint: EndpointPlan,
  planZoneIdentity: PlanZoneIdentity,
): Pick<DomainPlan, 'record' | 'note'> {
  const route53 = domain.dns01?.route53;
  if (!route53) return { record: { kind: 'byHand' } };
  const hostedZoneId = route53.hostedZoneID ? planZone(route53.hostedZoneID, field) : undefined;
  if (!route53.managedByACM) {
    // Domains with the same identity share it, whatever there is to say about their fields.
    const { note, ...identity } = planZoneIdentity(domain, field);
    return { record: { kind: 'route53', identity, hostedZoneId }, ...(note !== undefined && { note }) };
  }
  const place = `${field}.dns01.route53`;
  if (endpoint.kind === 'directory')
    throw invalid(`${place}.managedByACM is for ACM alone, and spec.acm.endpoint.directoryURL is set. Leave it out.`);
  if (hostedZoneId === undefined)
    throw invalid(`${place}.managedByACM needs the zone, since ACM does not look for it. Set ${place}.hostedZoneID.`);
  return { record: { kind: 'acm', hostedZoneId } };
}

function planStrategy({ dns01 }: AcmDomainSpec, field: string, endpoint: EndpointPlan): boolean {
  if (dns01?.cnameStrategy !== 'Follow') return false;
  if (endpoint.kind === 'directory') return true;
  throw invalid(
    `${field}.dns01.cnameStrategy Follow is for spec.acm.endpoint.directoryURL alone, since ACM asks for no challenges. Leave it out.`,
  );
}

function planCheck({ dns01 }: AcmDomainSpec, field: string, endpoint: EndpointPlan): boolean {
  if (!dns01?.checkNameServers) return false;
  const place = `${field}.dns01.checkNameServers`;
  if (endpoint.kind !== 'directory')
    throw invalid(
      `${place} is for spec.acm.endpoint.directoryURL alone, since ACM asks for no challenges. Leave it out.`,
    );
  if (dns01.route53) return true;
  throw invalid(
    `${place} is of the zone that dns01.route53 writes to, which is not set. Set it, or leave checkNameServers out.`,
  );
}

/** Every name whose scope `wanted` has, `there` has too. */
export const covers = (there: DomainScope, wanted: DomainScope): boolean =>
  (there.exact || !wanted.exact) && (there.subdomains || !wanted.subdomains) && (there.wildcards || !wanted.wildcards);

export const isSameScope = (a: DomainScope, b: DomainScope): boolean => covers(a, b) && covers(b, a);

export const union = (a: DomainScope, b: DomainScope): DomainScope => ({
  exact: a.exact || b.exact,
  subdomains: a.subdomains || b.subdomains,
  wildcards: a.wildcards || b.wildcards,
});
