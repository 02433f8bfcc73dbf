import { type Secret, secrets, secretText } from '../../api/secret.ts';
import type { CredentialSource } from '../../aws/identity.ts';
import { renderRule } from '../../kube/access-review.ts';
import type { KubeClient } from '../../kube/client.ts';
import { ApiError, isForbidden, isNotFound, TransportError } from '../../kube/errors.ts';
import type { CredentialPlan, SecretKey } from './plan-credentials.ts';
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
    case 'accessKey':
      return readAccessKey(client, plan);
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
  const found = await fetchSecret(client, plan, 'failed to retrieve secret');
  if (found.kind !== 'secret') return found;
  const { secret } = found;
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
}

/** What cert-manager says of each part of an access key for Route 53. */
const parts = {
  accessKeyId: {
    problem: 'error getting route53 secret access key id',
    field: 'accessKeyIDSecretRef',
    absent: ({ name, key }: SecretKey) => `no data found in Secret "${name}" at Key "${key}"`,
  },
  secretAccessKey: {
    problem: 'error getting route53 secret access key',
    field: 'secretAccessKeySecretRef',
    absent: ({ name, key }: SecretKey) => `key '${key}' not found in secret "${name}"`,
  },
} as const;

/** One look at each Secret, however many parts it holds: both parts of a key are of one instant. */
async function readAccessKey(
  client: KubeClient,
  { namespace, accessKeyId, secretAccessKey }: Extract<CredentialPlan, { kind: 'accessKey' }>,
): Promise<CredentialReading> {
  const fetched = new Map<string, Awaited<ReturnType<typeof fetchSecret>>>();
  const values: { accessKeyId?: string; secretAccessKey?: string } = {};
  for (const [part, place] of Object.entries({ accessKeyId, secretAccessKey }) as [keyof typeof parts, SecretKey][]) {
    if ('literal' in place) continue;
    const { problem, field, absent } = parts[part];
    const name = { namespace, name: place.name };
    const found = fetched.get(place.name) ?? (await fetchSecret(client, name, problem));
    fetched.set(place.name, found);
    if (found.kind !== 'secret') return found;
    const value = secretText(found.secret, place.key)?.trim();
    if (!value)
      return missing(`${problem}: ${absent(place)}. Add it to the Secret in ${namespace}, or correct ${field}.`);
    if (part === 'accessKeyId' && !accessKeyIdPattern.test(value)) {
      const what = `Secret ${namespace}/${place.name} holds no access key ID under the key ${place.key}`;
      return missing(`${problem}: ${what}. Correct it, or correct ${field}.`);
    }
    values[part] = value;
  }
  return {
    kind: 'credentials',
    source: {
      kind: 'static',
      accessKeyId: 'literal' in accessKeyId ? accessKeyId.literal : (values.accessKeyId ?? ''),
      secretAccessKey: values.secretAccessKey ?? '',
      origin: `Secret ${namespace}/${secretAccessKey.name}`,
    },
  };
}

/** `problem`: what could not be done without it. */
async function fetchSecret(
  client: KubeClient,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  problem: string,
): Promise<{ readonly kind: 'secret'; readonly secret: Secret } | Exclude<CredentialReading, { kind: 'credentials' }>> {
  const origin = `Secret ${namespace}/${name}`;
  try {
    return { kind: 'secret', secret: await client.get(secrets, { namespace, name }) };
  } catch (error) {
    if (isNotFound(error)) {
      return missing(`${problem}: ${origin} does not exist. Create it; it is looked for every few seconds.`);
    }
    if (!isForbidden(error)) return toUnknown(error, origin, problem);
    const rule = renderRule({ verb: 'get', group: '', resource: 'secrets', name });
    return missing(
      `${problem}: the controller may not read ${origin}: RBAC verb get on secrets. Bind its ServiceAccount to ` +
        `a Role in namespace ${namespace} with the rule ${rule}`,
    );
  }
}

type NoReading<K> = Extract<CredentialReading, { readonly kind: K }>;

/** The API server had no answer: nobody's fault who reads the issuer. */
function toUnknown(error: unknown, origin: string, problem: string): NoReading<'unknown'> {
  if (!(error instanceof ApiError) && !(error instanceof TransportError)) throw error;
  const code = error instanceof ApiError ? error.reason : error.code;
  return { kind: 'unknown', message: `${problem}: ${origin} could not be read (${code}); it is tried again.` };
}

const missing = (message: string): NoReading<'missing'> => ({ kind: 'missing', message });

const incomplete = (problem: string, origin: string, key: string): CredentialReading =>
  missing(`${problem}: ${origin} has no value under the key ${key}. Add it, or name another key in spec.secretRef.`);

const unfit = (problem: string, origin: string, what: string, key: string): CredentialReading =>
  missing(
    `${problem}: ${origin} holds no ${what} under the key ${key}. Correct it, or name another key in spec.secretRef.`,
  );
