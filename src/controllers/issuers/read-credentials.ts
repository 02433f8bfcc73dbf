import { secrets, secretText } from '../../api/secret.ts';
import type { CredentialSource } from '../../aws/identity.ts';
import { renderRule } from '../../kube/access-review.ts';
import type { KubeClient } from '../../kube/client.ts';
import { ApiError, isForbidden, isNotFound, TransportError } from '../../kube/errors.ts';
import type { CredentialPlan } from './plan-credentials.ts';
import { requestToken } from './request-token.ts';

export type CredentialReading =
  | { readonly kind: 'credentials'; readonly source: CredentialSource }
  /** Something that somebody has to create or to complete; it is looked for again soon. */
  | { readonly kind: 'missing'; readonly message: string }
  /** It could not be found out; it is tried again. */
  | { readonly kind: 'unknown'; readonly message: string };

/** Where an issuer's credentials come from, with what its Secret holds now, if it names one. Nothing is cached. */
export async function readCredentials(client: KubeClient, plan: CredentialPlan): Promise<CredentialReading> {
  switch (plan.kind) {
    case 'ambient':
      return { kind: 'credentials', source: { kind: 'ambient' } };
    case 'serviceAccount':
      return { kind: 'credentials', source: tokenSource(client, plan) };
    case 'secret':
      return readSecret(client, plan);
  }
}

/** Tokens are requested when AWS wants one, and the plan of any issuer with the same key is as good as another's. */
function tokenSource(
  client: KubeClient,
  plan: Extract<CredentialPlan, { kind: 'serviceAccount' }>,
): Extract<CredentialSource, { kind: 'webIdentity' }> {
  const { namespace, name, audiences, role } = plan;
  return {
    kind: 'webIdentity',
    role,
    key: JSON.stringify([namespace, name, audiences]),
    requestToken: () => requestToken(client, plan),
    origin: `ServiceAccount ${namespace}/${name}`,
  };
}

/**
 * Whether an access key is one of a user, and so has no session token. A token that stands beside it was never meant for it:
 * aws-privateca-issuer does not look at any. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
const isLasting = (accessKeyId = ''): boolean => accessKeyId.startsWith('AKIA');

/**
 * Both stand in headers as they are, and what AWS cannot read there it repeats in its message. An issuer may name any key of
 * any Secret of its namespace, also where its author may not read Secrets: what cannot be meant leaves the process for nobody.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html
 */
const accessKeyIdPattern = /^\w+$/;
const sessionTokenPattern = /^[\x21-\x7e]+$/;

async function readSecret(
  client: KubeClient,
  plan: Extract<CredentialPlan, { kind: 'secret' }>,
): Promise<CredentialReading> {
  const { accessKeyIdKey, secretAccessKeyKey, sessionTokenKey } = plan;
  const origin = `Secret ${plan.namespace}/${plan.name}`;
  try {
    const secret = await client.get(secrets, plan);
    const accessKeyId = secretText(secret, accessKeyIdKey)?.trim();
    const secretAccessKey = secretText(secret, secretAccessKeyKey)?.trim();
    const hasToken = plan.hasSessionToken || !isLasting(accessKeyId);
    const sessionToken = hasToken ? secretText(secret, sessionTokenKey)?.trim() : undefined;
    if (!accessKeyId) return incomplete('no AWS Access Key ID Found', origin, accessKeyIdKey);
    if (!secretAccessKey) return incomplete('no AWS Secret Access Key Found', origin, secretAccessKeyKey);
    if (!sessionToken && plan.hasSessionToken) {
      return incomplete('no AWS Session Token Found', origin, sessionTokenKey);
    }
    if (!accessKeyIdPattern.test(accessKeyId)) {
      return unfit('no AWS Access Key ID Found', origin, 'access key ID', accessKeyIdKey);
    }
    if (sessionToken && !sessionTokenPattern.test(sessionToken)) {
      return unfit('no AWS Session Token Found', origin, 'session token', sessionTokenKey);
    }
    const token = sessionToken ? { sessionToken } : {};
    return { kind: 'credentials', source: { kind: 'static', accessKeyId, secretAccessKey, ...token, origin } };
  } catch (error) {
    if (isNotFound(error)) {
      return missing(
        `failed to retrieve secret: ${origin} does not exist. Create it; it is looked for every few seconds.`,
      );
    }
    if (!isForbidden(error)) return toUnknown(error, origin);
    const rule = renderRule({ verb: 'get', group: '', resource: 'secrets', name: plan.name });
    return missing(
      `failed to retrieve secret: the controller may not read ${origin}: RBAC verb get on secrets. Bind its ServiceAccount to ` +
        `a Role in namespace ${plan.namespace} with the rule ${rule}`,
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

const unfit = (problem: string, origin: string, what: string, key: string): CredentialReading =>
  missing(
    `${problem}: ${origin} holds no ${what} under the key ${key}. Correct it, or name another key in spec.secretRef.`,
  );
