import { type AccountKey, InvalidAccountKey, loadAccountKey } from '../../acme/account-key.ts';
import { readAccountSecret } from './account-secret.ts';
import type { AcmRun } from './acm-services.ts';
import type { Examination } from './examination.ts';
import type { AcmIssuerPlan } from './plan-acm-issuer.ts';

/**
 * What a signer of an issuer at ACM is made of while ACM's control plane does not answer: the account that an earlier check
 * registered, and what it saw. Undefined where that is not known. Orders are placed elsewhere and may well go through.
 */
export async function recallSigner(
  { services, issuer }: Pick<AcmRun, 'services' | 'issuer'>,
  plan: AcmIssuerPlan,
): Promise<Examination | undefined> {
  const { acm: seen = {} } = issuer.status ?? {};
  const directoryUrl = seen.endpoint?.directoryURL;
  if (plan.kind !== 'acm' || directoryUrl === undefined) return undefined;
  const read = await readAccountSecret(services.client, issuer, plan.account.secret, directoryUrl);
  if (read?.kind !== 'secret') return undefined;
  const { keyPem, accountUrl } = read.secret;
  if (accountUrl === undefined || accountUrl !== seen.account?.url) return undefined;
  const key = readKey(keyPem);
  if (!key) return undefined;
  const acme = services.connectAcme({ directoryUrl, caPem: undefined }, key, accountUrl);
  const allowedKeyAlgorithms = plan.endpoint.kind === 'managed' ? plan.endpoint.allowedKeyAlgorithms : [];
  const domains = plan.domains.map((domain) => ({ plan: domain }));
  return { obstacles: [], seen, acme, domains, allowedKeyAlgorithms };
}

/** One that cannot be read is a matter of the next check that gets so far. */
function readKey(keyPem: string): AccountKey | undefined {
  try {
    return loadAccountKey(keyPem);
  } catch (error) {
    if (error instanceof InvalidAccountKey) return undefined;
    throw error;
  }
}
