import { serviceAccounts, type TokenRequest } from '../../api/service-account.ts';
import { type CredentialRequestCode, CredentialRequestError } from '../../aws/credential-request-error.ts';
import { renderRule } from '../../kube/access-review.ts';
import type { KubeClient } from '../../kube/client.ts';
import { ApiError, isForbidden, isNotFound, TransportError } from '../../kube/errors.ts';
import type { CredentialPlan } from './plan-credentials.ts';

/** The least that the API server admits: STS reads the token at once, and nobody else ever sees it. */
const expirationSeconds = 600;

/**
 * A new token of the ServiceAccount that a plan names. Rejects with CredentialRequestError.
 * https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/
 */
export async function requestToken(
  client: Pick<KubeClient, 'createSubresource'>,
  plan: Extract<CredentialPlan, { kind: 'serviceAccount' }>,
): Promise<string> {
  const { namespace, name, audiences } = plan;
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { audiences, expirationSeconds },
  };
  const answer = await client
    .createSubresource<TokenRequest>(serviceAccounts, { namespace, name }, 'token', body)
    .catch((error: unknown) => {
      throw toRequestError(error, plan);
    });
  const token = answer.status?.token;
  if (token) return token;
  throw failed('TokenRequestFailed', plan, 'the API server answered without a token; it is tried again.');
}

type Plan = Parameters<typeof requestToken>[1];

/** Without a cause: an answer of this subresource may hold a token. */
function failed(code: CredentialRequestCode, { namespace, name }: Plan, what: string): CredentialRequestError {
  return new CredentialRequestError(code, `failed to request a token: ServiceAccount ${namespace}/${name}: ${what}`);
}

function toRequestError(error: unknown, plan: Plan): unknown {
  const { namespace, name } = plan;
  if (isNotFound(error)) {
    const what = 'it does not exist. Create it; it is looked for every few seconds.';
    return failed('ServiceAccountNotFound', plan, what);
  }
  if (isForbidden(error)) {
    const rule = renderRule({ verb: 'create', group: '', resource: 'serviceaccounts', subresource: 'token', name });
    const what =
      'the controller may not create tokens for it: RBAC verb create on serviceaccounts/token. Bind its ServiceAccount to a ' +
      `Role in namespace ${namespace} with the rule ${rule}`;
    return failed('TokenRequestForbidden', plan, what);
  }
  if (error instanceof ApiError && error.code >= 400 && error.code < 500 && error.code !== 429) {
    const audiences = plan.audiences.map((audience) => JSON.stringify(audience)).join(', ');
    const what = `the API server refuses a token for the audiences ${audiences} (${error.reason}). Correct spec.serviceAccountRef.audiences.`;
    return failed('TokenRequestRefused', plan, what);
  }
  if (!(error instanceof ApiError) && !(error instanceof TransportError)) return error;
  const code = error instanceof ApiError ? error.reason : error.code;
  return failed('TokenRequestFailed', plan, `the API server gave none (${code}); it is tried again.`);
}
