import type { DomainScope as ScopeWord } from '../../signers/acm/settings.ts';
import { parseAcmeEndpointArn } from '../../aws/acm-arn.ts';
import type { AcmSignerSpec } from './acm-services.ts';
import type { Examination } from './examination.ts';
import type { AcmIssuerPlan } from './plan-acm-issuer.ts';
import type { DomainScope } from './plan-domains.ts';

/** What a signer is made of; undefined while there is no account. */
export function signerSpecOf(
  issuerKey: string,
  plan: AcmIssuerPlan,
  { acme, domains, allowedKeyAlgorithms = [], seen }: Examination,
): AcmSignerSpec | undefined {
  if (!acme) return undefined;
  const atAcm = parseAcmeEndpointArn(seen.endpoint?.arn ?? '');
  return {
    issuerKey,
    provider: plan.kind === 'acm' ? 'acm' : 'rfc8555',
    client: acme,
    domains: domains.map(({ plan: { name, scope }, solver }) => ({
      ...{ name, scope: words(scope) },
      ...(solver && { solver }),
    })),
    allowedKeyAlgorithms,
    account: atAcm?.account ?? new URL(acme.directoryUrl).host,
    region: atAcm?.region ?? '',
  };
}

const words = ({ exact, subdomains, wildcards }: DomainScope): ScopeWord[] => [
  ...(exact ? (['Exact'] as const) : []),
  ...(subdomains ? (['Subdomains'] as const) : []),
  ...(wildcards ? (['Wildcards'] as const) : []),
];

/** Two with the same make the same signer. `identities`: under which records are written. */
export function fingerprintOf(
  { provider, client, domains, allowedKeyAlgorithms, account, region }: AcmSignerSpec,
  plan: AcmIssuerPlan,
  identities: string,
): string {
  const names = domains.map(({ name, scope, solver }) => [name, scope, solver !== undefined]);
  const { directoryUrl, accountUrl, thumbprint } = client;
  return JSON.stringify([
    ...[
      provider,
      directoryUrl,
      accountUrl,
      thumbprint,
      names,
      allowedKeyAlgorithms,
      account,
      region,
      plan.domains,
      identities,
    ],
  ]);
}
