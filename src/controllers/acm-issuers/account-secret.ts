import { apiVersionOf } from '../../kube/objects.ts';
import { awspcaGroup, awspcaClusterIssuers, awspcaIssuers, type Issuer } from '../../api/awspca.ts';
import { type Secret, secrets, secretText } from '../../api/secret.ts';
import { renderRule } from '../../kube/access-review.ts';
import type { KubeClient } from '../../kube/client.ts';
import { ApiError, isAlreadyExists, isForbidden, isNotFound, TransportError } from '../../kube/errors.ts';
import { fieldManager } from '../field-manager.ts';
import type { Obstacle } from './obstacle.ts';
import { directoryKey, type SecretKey, urlKey } from './plan-account.ts';

/** An account's Secret as it was read. */
export interface AccountSecret {
  readonly resourceVersion: string;
  readonly uid: string;
  /** PEM. */
  readonly keyPem: string;
  /** Of the account at the directory in question. */
  readonly accountUrl: string | undefined;
  /** It was made for the issuer; otherwise a person made it, whose key it is. */
  readonly isOwn: boolean;
}

export type SecretOutcome = { readonly kind: 'secret'; readonly secret: AccountSecret } | Obstacle;

/** The Secret, or undefined when there is none. */
export async function readAccountSecret(
  client: KubeClient,
  issuer: Issuer,
  place: SecretKey,
  directoryUrl: string,
): Promise<SecretOutcome | undefined> {
  try {
    return toOutcome(await client.get(secrets, place), issuer, place, directoryUrl);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    return explainSecret(error, place, 'get');
  }
}

function toOutcome(secret: Secret, issuer: Issuer, place: SecretKey, directoryUrl: string): SecretOutcome {
  const named = `Secret ${place.namespace}/${place.name}`;
  if (isOfAnother(secret, issuer)) {
    const message =
      `${named} is the account of another issuer, or of a predecessor of this one that is being removed. Name another Secret in ` +
      'spec.acm.accountKeySecretRef, or wait until it is gone.';
    return { kind: 'missing', reason: 'AccountSecretTaken', message };
  }
  const keyPem = secretText(secret, place.key);
  if (!keyPem) {
    const message =
      `${named} has no value under the key ${place.key}. Put the account's private key there (PEM, P-256), name another key in ` +
      'spec.acm.accountKeySecretRef, or delete the Secret: then a new one is made, with a new account.';
    return { kind: 'missing', reason: 'AccountKeyMissing', message };
  }
  const accountUrl = secretText(secret, directoryKey) === directoryUrl ? secretText(secret, urlKey) : undefined;
  const { resourceVersion, uid, ownerReferences = [] } = secret.metadata;
  const isOwn = ownerReferences.some((owner) => owner.uid === issuer.metadata.uid);
  return { kind: 'secret', secret: { resourceVersion, uid, keyPem, accountUrl, isOwn } };
}

/** One that nobody owns was made by a person, for whoever names it. */
function isOfAnother({ metadata: { ownerReferences = [] } }: Secret, { metadata: { uid } }: Issuer): boolean {
  const ours = ownerReferences.filter(({ apiVersion }) => apiVersion.startsWith(`${awspcaGroup}/`));
  return ours.length > 0 && !ours.some((owner) => owner.uid === uid);
}

const encode = (data: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]));

/** Makes the Secret with a key, before anybody hears of the account. Undefined: somebody was faster, look again. */
export async function createAccountSecret(
  client: KubeClient,
  issuer: Issuer,
  place: SecretKey,
  keyPem: string,
): Promise<SecretOutcome | undefined> {
  const { namespace, name, key } = place;
  const body = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      namespace,
      name,
      labels: { 'app.kubernetes.io/managed-by': fieldManager },
      ownerReferences: [ownerReference(issuer)],
    },
    type: 'Opaque',
    data: encode({ [key]: keyPem }),
  };
  try {
    const { metadata } = await client.create<Secret>(secrets, namespace, body);
    const { resourceVersion, uid } = metadata;
    return { kind: 'secret', secret: { resourceVersion, uid, keyPem, accountUrl: undefined, isOwn: true } };
  } catch (error) {
    if (isAlreadyExists(error)) return undefined;
    return explainSecret(error, place, 'create');
  }
}

function ownerReference({ kind, metadata: { name, uid } }: Issuer): object {
  const resource = kind === 'AWSPCAIssuer' ? awspcaIssuers : awspcaClusterIssuers;
  return { apiVersion: apiVersionOf(resource), kind, name, uid, controller: true };
}

/** Keeps the account's URL on the very Secret that was read; with a new key, where the old one is given up. */
export async function patchAccountSecret(
  client: KubeClient,
  place: SecretKey,
  { resourceVersion, uid }: AccountSecret,
  change: {
    readonly keyPem?: string;
    readonly account: { readonly url: string; readonly directoryUrl: string } | undefined;
  },
): Promise<Obstacle | { readonly kind: 'patched'; readonly resourceVersion: string }> {
  const { keyPem, account } = change;
  const data = {
    ...encode(keyPem === undefined ? {} : { [place.key]: keyPem }),
    ...(account
      ? encode({ [urlKey]: account.url, [directoryKey]: account.directoryUrl })
      : { [urlKey]: null, [directoryKey]: null }),
  };
  const body = { metadata: { uid, resourceVersion }, data };
  try {
    const patched = await client.patch<Secret>(secrets, place, { type: 'merge', body }, { fieldManager });
    return { kind: 'patched', resourceVersion: patched.metadata.resourceVersion };
  } catch (error) {
    return explainSecret(error, place, 'patch');
  }
}

/** The value under one key of any Secret. */
export async function readSecretText(
  client: KubeClient,
  place: SecretKey,
  field: string,
): Promise<{ readonly kind: 'text'; readonly text: string } | Obstacle> {
  const named = `Secret ${place.namespace}/${place.name}`;
  try {
    const text = secretText(await client.get(secrets, place), place.key)?.trim();
    if (text) return { kind: 'text', text };
    const message = `${named} has no value under the key ${place.key}. Add it, or name another key in ${field}.`;
    return { kind: 'missing', reason: 'Error', message };
  } catch (error) {
    if (!isNotFound(error)) return explainSecret(error, place, 'get');
    const message = `${named} does not exist, and ${field} names it. Create it; it is looked for every few seconds.`;
    return { kind: 'missing', reason: 'Error', message };
  }
}

type Verb = 'get' | 'create' | 'patch';

/** Conflicts go their way: what is wanted has to be decided anew. */
function explainSecret(error: unknown, { namespace, name }: SecretKey, verb: Verb): Obstacle {
  const named = `Secret ${namespace}/${name}`;
  if (isForbidden(error)) {
    // No rule can name an object that is yet to be made.
    const rule = renderRule({ verb, group: '', resource: 'secrets', ...(verb === 'create' ? {} : { name }) });
    const message =
      `The controller may not ${verb} ${named}: RBAC verb ${verb} on secrets. Bind its ServiceAccount to a Role in namespace ` +
      `${namespace} with the rule ${rule}`;
    return { kind: 'missing', reason: 'Error', message };
  }
  if (isNotFound(error) && verb === 'create') {
    const message = `The namespace ${namespace} does not exist, where ${named} belongs. Create it.`;
    return { kind: 'missing', reason: 'Error', message };
  }
  const isRefused = error instanceof ApiError && (error.code === 403 || error.code === 422 || error.code === 400);
  if (isRefused) {
    const message = `The API server refuses to ${verb} ${named} (${error.reason}). An admission policy or webhook may be in the way.`;
    return { kind: 'missing', reason: 'Error', message };
  }
  const isUnanswered = error instanceof TransportError || (error instanceof ApiError && error.code >= 429);
  if (!isUnanswered) throw error;
  const code = error instanceof ApiError ? error.reason : error.code;
  const message = `${named} could not be reached (${verb}: ${code}); it is tried again.`;
  return { kind: 'unknown', reason: 'Unreachable', message };
}
