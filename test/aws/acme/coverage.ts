import type { AcmSettings } from '../acm/model.ts';
import type { DomainValidation } from '../acm/state.ts';

type Covering = Pick<DomainValidation, 'domainName' | 'scope'>;
type Depth = Required<Pick<AcmSettings, 'deepSubdomains' | 'deepWildcards'>>;

/** Whether a domain validation lets the endpoint issue for `name`. The three scopes imply nothing of each other. */
export function covers({ domainName, scope }: Covering, name: string, depth: Depth): boolean {
  if (name === domainName) return scope.exact;
  if (name.startsWith('*.'))
    return scope.wildcards && isBelow(name.slice(2), domainName, depth.deepWildcards ? 99 : 0, 0);
  return scope.subdomains && isBelow(name, domainName, depth.deepSubdomains ? 99 : 1, 1);
}

/** Whether `name` is `domain` with at least `least` and at most `most` labels in front. */
function isBelow(name: string, domain: string, most: number, least: number): boolean {
  if (name !== domain && !name.endsWith(`.${domain}`)) return false;
  const labels = name.split('.').length - domain.split('.').length;
  return labels >= least && labels <= most;
}
