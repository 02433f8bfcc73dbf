import type { Call } from '../service.ts';
import { conflict, notFound } from './access.ts';
import { requireEndpoint } from './endpoint-state.ts';
import { cutPage } from './pages.ts';
import { readText, seconds } from './read.ts';
import type { AcmeAccount, AcmState } from './state.ts';

/** An account's URL is what the ACME protocol calls it by. */
export function accountUrl({ origin }: AcmState, { endpointArn, id }: AcmeAccount): string {
  return `${origin}/acme/${endpointArn.split('/').at(-1) ?? ''}/acct/${id}`;
}

export function findAccountByUrl(state: AcmState, url: string): AcmeAccount | undefined {
  return [...state.accounts.values()].find((account) => accountUrl(state, account) === url);
}

function requireAccount(state: AcmState, call: Call): AcmeAccount {
  const endpoint = requireEndpoint(state, call);
  const url = readText(call.parameters, 'AccountUrl', { max: 2048 });
  const account = findAccountByUrl(state, url);
  if (account?.endpointArn !== endpoint.arn) throw notFound(url);
  return account;
}

/** DescribeAcmeAccount. Throws ServiceError. */
export function describeAccount(state: AcmState, call: Call): unknown {
  return { AcmeAccount: show(state, requireAccount(state, call)) };
}

/** ListAcmeAccounts. Throws ServiceError. */
export function listAccounts(state: AcmState, call: Call): unknown {
  const endpoint = requireEndpoint(state, call);
  const all = [...state.accounts.values()].filter((account) => account.endpointArn === endpoint.arn);
  const rule = { member: 'MaxResults', most: 100, usual: state.settings.pageSize } as const;
  const { entries, next } = cutPage(call.parameters, all, ({ id }) => id, rule);
  return { AcmeAccounts: entries.map((account) => show(state, account)), ...next };
}

/** RevokeAcmeAccount: cannot be undone. Throws ServiceError. */
export function revokeAccount(state: AcmState, call: Call): unknown {
  const account = requireAccount(state, call);
  if (account.status !== 'VALID') throw conflict(`The account is ${account.status} already.`);
  account.status = 'REVOKED';
  return {};
}

function show(state: AcmState, account: AcmeAccount): unknown {
  return {
    AccountUrl: accountUrl(state, account),
    PublicKeyThumbprint: account.thumbprint,
    Status: account.status,
    CreatedAt: seconds(account.createdAt),
    AcmeExternalAccountBindingArn: account.bindingArn,
    Contacts: account.contacts,
  };
}
