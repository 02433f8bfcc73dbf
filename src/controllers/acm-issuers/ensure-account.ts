import { type AccountKey, createAccountKey, InvalidAccountKey, loadAccountKey } from '../../acme/account-key.ts';
import type { AcmeClient, ExternalAccountBinding } from '../../acme/acme-client.ts';
import { AcmeProblem } from '../../acme/errors.ts';
import type { Issuer } from '../../api/awspca.ts';
import type { KubeClient } from '../../kube/client.ts';
import {
  type AccountSecret,
  createAccountSecret,
  patchAccountSecret,
  readAccountSecret,
  readSecretText,
} from './account-secret.ts';
import { isObstacle, type Obstacle } from './obstacle.ts';
import type { AccountPlan } from './plan-account.ts';

export interface AccountQuestion {
  readonly client: KubeClient;
  readonly issuer: Issuer;
  readonly plan: AccountPlan;
  readonly directoryUrl: string;
  readonly connect: (key: AccountKey, accountUrl: string | undefined) => AcmeClient;
  /** The credentials of a binding that is made for this issuer, where the plan has a role. */
  readonly ensureBinding: () => Promise<ExternalAccountBinding>;
  /** The account must be given up for another reason than its own state: a sentence, or undefined. */
  readonly findMisfit: (accountUrl: string) => Promise<boolean>;
}

export interface RegisteredAccount {
  readonly kind: 'account';
  readonly client: AcmeClient;
  readonly url: string;
}

export type AccountOutcome =
  RegisteredAccount | (Obstacle & { readonly account?: { readonly url: string; readonly status: string } });

/**
 * The account of the issuer: its key is kept before the server hears of it, so that whoever comes after a crash finds the same
 * account by its key, and its URL is kept as soon as it is known.
 */
export async function ensureAccount(question: AccountQuestion): Promise<AccountOutcome> {
  const { client, issuer, plan, directoryUrl } = question;
  const read = await readAccountSecret(client, issuer, plan.secret, directoryUrl);
  const kept = read ?? (await createAccountSecret(client, issuer, plan.secret, await createAccountKey()));
  if (!kept) return { kind: 'onItsWay', reason: 'AccountPending', message: 'The Secret of the account is being made.' };
  if (kept.kind !== 'secret') return kept;
  return withSecret(question, kept.secret, read === undefined);
}

async function withSecret(
  question: AccountQuestion,
  secret: AccountSecret,
  isNewKey: boolean,
): Promise<AccountOutcome> {
  const key = readKey(question, secret);
  if ('kind' in key) return key;
  const { accountUrl } = secret;
  if (accountUrl === undefined) return register(question, secret, key, isNewKey);
  if (await question.findMisfit(accountUrl)) return replace(question, secret);
  return check(question, secret, key, accountUrl);
}

/**
 * The account was made for another role, which it keeps for ever: another key makes another account. The key of a person is
 * not overwritten: nobody could bring it back, and two issuers that name its Secret would do so by turns.
 */
async function replace(question: AccountQuestion, secret: AccountSecret): Promise<AccountOutcome> {
  if (!secret.isOwn) return explainMisfit(question);
  const keyPem = await createAccountKey();
  const { client, plan } = question;
  const patched = await patchAccountSecret(client, plan.secret, secret, { keyPem, account: undefined });
  if (isObstacle(patched)) return patched;
  const renewed = { ...secret, resourceVersion: patched.resourceVersion, keyPem, accountUrl: undefined };
  return register(question, renewed, loadAccountKey(keyPem), true);
}

function explainMisfit({ plan: { secret } }: AccountQuestion): Obstacle {
  const message =
    `The account in Secret ${secret.namespace}/${secret.name} was registered for another role than ` +
    'spec.acm.externalAccountBinding.roleARN, and the controller did not make that Secret. Put another private key there and ' +
    'take account-url out, or name another Secret in spec.acm.accountKeySecretRef.';
  return { kind: 'missing', reason: 'AccountSecretTaken', message };
}

function readKey({ plan: { secret } }: AccountQuestion, { keyPem }: AccountSecret): AccountKey | Obstacle {
  try {
    return loadAccountKey(keyPem);
  } catch (error) {
    if (!(error instanceof InvalidAccountKey)) throw error;
    const message =
      `Secret ${secret.namespace}/${secret.name} holds no P-256 private key in PEM under the key ${secret.key}. Correct it, or ` +
      'delete the Secret: then a new one is made, with a new account.';
    return { kind: 'missing', reason: 'AccountKeyInvalid', message };
  }
}

async function register(
  question: AccountQuestion,
  secret: AccountSecret,
  key: AccountKey,
  isNewKey: boolean,
): Promise<AccountOutcome> {
  const { plan, directoryUrl } = question;
  const client = question.connect(key, undefined);
  const known = isNewKey ? undefined : await client.findAccount();
  if (known && known.account.status !== 'valid') return unusable(question, known.url, known.account.status);
  const url = known?.url ?? (await createAccount(question, client));
  if (typeof url !== 'string') return url;
  const account = { url, directoryUrl };
  const patched = await patchAccountSecret(question.client, plan.secret, secret, { account });
  if (isObstacle(patched)) return patched;
  return { kind: 'account', client, url };
}

async function createAccount(question: AccountQuestion, client: AcmeClient): Promise<string | Obstacle> {
  const binding = await readBinding(question);
  if (binding && 'kind' in binding) return binding;
  const { url, account } = await client.newAccount({
    contact: question.plan.contact,
    ...(binding && { externalAccountBinding: binding }),
  });
  return account.status === 'valid' ? url : unusable(question, url, account.status);
}

async function readBinding(question: AccountQuestion): Promise<ExternalAccountBinding | Obstacle | undefined> {
  const { binding } = question.plan;
  if (!binding) return undefined;
  if (binding.kind === 'role') return question.ensureBinding();
  const field = 'spec.acm.externalAccountBinding.keySecretRef';
  const read = await readSecretText(question.client, binding.secret, field);
  return read.kind === 'text' ? { keyId: binding.keyId, macKey: read.text } : read;
}

async function check(
  question: AccountQuestion,
  secret: AccountSecret,
  key: AccountKey,
  url: string,
): Promise<AccountOutcome> {
  const client = question.connect(key, url);
  try {
    const { status } = await client.getAccount();
    return status === 'valid' ? { kind: 'account', client, url } : unusable(question, url, status);
  } catch (error) {
    if (!(error instanceof AcmeProblem)) throw error;
    // The server has forgotten it: the same key makes it again.
    if (error.code === 'accountDoesNotExist') return register(question, secret, key, true);
    // RFC 8555 section 7.3.6: a server refuses every request of an account that is no longer valid.
    const isRefused = error.code === 'unauthorized' || error.status === 401 || error.status === 403;
    if (!isRefused) throw error;
    return unusable(question, url, 'revoked or deactivated', error.detail);
  }
}

function unusable(
  { plan: { secret } }: AccountQuestion,
  url: string,
  status: string,
  detail?: string,
): AccountOutcome & Obstacle {
  const said = detail === undefined ? '' : ` (${detail})`;
  const message =
    `The account ${url} is ${status}${said}, which cannot be taken back. Delete Secret ${secret.namespace}/${secret.name}: then ` +
    'a new account is registered.';
  // What mends it is done in the cluster, and waited for.
  return { kind: 'missing', reason: 'AccountNotValid', message, account: { url, status } };
}
