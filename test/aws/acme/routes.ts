/** A request of the ACME protocol once its operation is known by its path; names as AWS CloudTrail has them. */
export interface Route {
  /** Last part of the endpoint's ARN. */
  readonly endpointId: string;
  readonly operation: string;
  /** Of the account, order, authorization or certificate in the path. */
  readonly id: string;
}

const POSTS: readonly (readonly [RegExp, string])[] = [
  [/^new-account$/, 'NewAccount'],
  [/^acct\/([\w-]+)$/, 'ManageAccount'],
  [/^acct\/([\w-]+)\/orders$/, 'ListOrders'],
  [/^key-change$/, 'ChangeAccountKey'],
  [/^new-order$/, 'NewOrder'],
  [/^order\/([\w-]+)$/, 'GetOrder'],
  [/^order\/([\w-]+)\/finalize$/, 'FinalizeOrder'],
  [/^authz\/([\w-]+)$/, 'ManageAuthorization'],
  [/^cert\/([\w-]+)$/, 'GetCertificate'],
  [/^revoke-cert$/, 'RevokeCertificate'],
];

/** The operation behind a method and a path; undefined when there is none. */
export function findRoute(method: string, path: string): Route | undefined {
  const [, endpointId, rest] = /^\/acme\/([\w-]+)\/(.+)$/.exec(path) ?? [];
  if (endpointId === undefined || rest === undefined) return undefined;
  if (method !== 'POST') return findGet(method, endpointId, rest);
  for (const [pattern, operation] of POSTS) {
    const match = pattern.exec(rest);
    if (match) return { endpointId, operation, id: match[1] ?? '' };
  }
  return undefined;
}

function findGet(method: string, endpointId: string, rest: string): Route | undefined {
  if (method === 'GET' && rest === 'directory') return { endpointId, operation: 'GetDirectory', id: '' };
  const isNonce = (method === 'HEAD' || method === 'GET') && rest === 'new-nonce';
  return isNonce ? { endpointId, operation: 'NewNonce', id: '' } : undefined;
}
