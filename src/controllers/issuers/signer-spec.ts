import type { Issuer } from '../../api/awspca.ts';
import { formatInstant } from '../../api/instants.ts';
import { issuerReadiness } from '../../api/issuer-readiness.ts';
import type { AwsApi, CertificateAuthority } from '../../aws/clients.ts';
import type { AuthorityCheck } from '../../signers/pca/check-authority.ts';
import type { IssuerPlan } from './plan-issuer.ts';

/** Everything that makes one signer different from another. */
export interface SignerSpec {
  readonly issuerKey: string;
  readonly plan: IssuerPlan;
  readonly api: AwsApi;
  readonly account: string;
  readonly authority: CertificateAuthority;
}

/** What the check found; where it could not ask, what an earlier check of this generation left in the status. */
export function factsOf(
  issuer: Issuer,
  plan: IssuerPlan,
  check: AuthorityCheck,
): Pick<SignerSpec, 'account' | 'authority'> | undefined {
  if (check.kind === 'ready') return { account: check.identity.account, authority: check.authority };
  if (check.kind === 'notReady' || !issuerReadiness(issuer).ready) return undefined;
  const { identity, certificateAuthority: known } = issuer.status ?? {};
  if (!identity?.account || known?.arn !== plan.arn || !known.signingAlgorithm) return undefined;
  const { arn, type = '', status = '', keyAlgorithm = '', signingAlgorithm, usageMode = '', notAfter } = known;
  const authority = { arn, type, status, keyAlgorithm, signingAlgorithm, usageMode };
  return {
    account: identity.account,
    authority: notAfter ? { ...authority, notAfter: new Date(notAfter) } : authority,
  };
}

/** Only what signing depends on, and only what the status holds too: it is the same whether AWS could be asked or not. */
export function fingerprintOf({ plan, account, authority }: SignerSpec): string {
  const { arn, type, keyAlgorithm, signingAlgorithm, usageMode, notAfter } = authority;
  const ends = notAfter && formatInstant(notAfter.getTime());
  return JSON.stringify([plan, account, arn, type, keyAlgorithm, signingAlgorithm, usageMode, ends]);
}
