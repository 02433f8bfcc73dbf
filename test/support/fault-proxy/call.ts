import type { IncomingHttpHeaders } from 'node:http';

/** One request on its way through a proxy. */
export interface Call {
  readonly sequence: number;
  /** What it does, in the same words in every run: `PUT certificaterequests/status`, `IssueCertificate`. */
  readonly label: string;
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  /** Undefined while it lasts. */
  endedAt: number | undefined;
  /** What the caller was answered; undefined: nothing. */
  status: number | undefined;
}

export type Wire = Pick<Call, 'method' | 'url' | 'headers' | 'body'>;

/** `PUT certificaterequests/status`, `WATCH leases`, `LIST awspcaissuers`; other paths as they are. */
export function labelKubeCall({ method, url }: Wire): string {
  const { pathname, searchParams } = new URL(url, 'http://proxy');
  const resource = resourceOf(pathname);
  if (resource === undefined) return `${method} ${pathname}`;
  const verb = method === 'GET' && resource.name === undefined ? 'LIST' : method;
  return `${searchParams.get('watch') === 'true' ? 'WATCH' : verb} ${resource.type}`;
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris */
function resourceOf(path: string): { readonly type: string; readonly name: string | undefined } | undefined {
  const rest = /^\/(?:api\/[^/]+|apis\/[^/]+\/[^/]+)\/(?:namespaces\/[^/]+\/(?=.))?(.+)$/.exec(path)?.[1];
  const [plural, name, subresource] = rest?.split('/') ?? [];
  if (plural === undefined) return undefined;
  return { type: subresource === undefined ? plural : `${plural}/${subresource}`, name };
}

/** The operation: a header names it in the JSON protocol, the form in the query protocol. */
export function labelAwsCall({ headers, body }: Wire): string {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return target.slice(target.indexOf('.') + 1);
  return new URLSearchParams(body).get('Action') ?? 'unknown';
}
