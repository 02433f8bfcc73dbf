import { secrets, secretText } from '../../api/secret.ts';
import type { CredentialSource } from '../../aws/identity.ts';
import type { KubeClient } from '../../kube/client.ts';
import { ApiError, isForbidden, isNotFound, TransportError } from '../../kube/errors.ts';
import type { CredentialPlan } from './plan-issuer.ts';

export type CredentialReading =
  | { readonly kind: 'credentials'; readonly source: CredentialSource }
  /** Something that somebody has to create or to complete; it is looked for again soon. */
  | { readonly kind: 'missing'; readonly message: string }
  /** It could not be found out; it is tried again. */
  | { readonly kind: 'unknown'; readonly message: string };

/** Reads the Secret that an issuer names, if it names one. Nothing is cached: each check sees what is there. */
export async function readCredentials(client: KubeClient, plan: CredentialPlan): Promise<CredentialReading> {
  if (plan.kind === 'ambient') return { kind: 'credentials', source: { kind: 'ambient' } };
  const origin = `Secret ${plan.namespace}/${plan.name}`;
  try {
    const secret = await client.get(secrets, plan);
    const accessKeyId = secretText(secret, plan.accessKeyIdKey)?.trim();
    const secretAccessKey = secretText(secret, plan.secretAccessKeyKey)?.trim();
    if (!accessKeyId) return incomplete('no AWS Access Key ID Found', origin, plan.accessKeyIdKey);
    if (!secretAccessKey) return incomplete('no AWS Secret Access Key Found', origin, plan.secretAccessKeyKey);
    return { kind: 'credentials', source: { kind: 'static', accessKeyId, secretAccessKey, origin } };
  } catch (error) {
    if (isNotFound(error)) {
      return missing(
        `failed to retrieve secret: ${origin} does not exist. Create it; it is looked for every few seconds.`,
      );
    }
    if (!isForbidden(error)) return toUnknown(error, origin);
    return missing(
      `failed to retrieve secret: the controller may not read ${origin}. Grant its ServiceAccount the verb get on secrets in namespace ${plan.namespace}.`,
    );
  }
}

/** The API server had no answer: nobody's fault who reads the issuer. */
function toUnknown(error: unknown, origin: string): CredentialReading {
  if (!(error instanceof ApiError) && !(error instanceof TransportError)) throw error;
  const code = error instanceof ApiError ? error.reason : error.code;
  return {
    kind: 'unknown',
    message: `failed to retrieve secret: ${origin} could not be read (${code}); it is tried again.`,
  };
}

const missing = (message: string): CredentialReading => ({ kind: 'missing', message });

const incomplete = (problem: string, origin: string, key: string): CredentialReading =>
  missing(`${problem}: ${origin} has no value under the key ${key}. Add it, or name another key in spec.secretRef.`);
