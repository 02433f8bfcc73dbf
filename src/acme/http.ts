/**
 * One exchange with the server; redirects are not followed. Rejects with an AcmeTransportError whose `outcomeUnknown` says
 * whether the request may have reached the server. Answers beyond the size limit are `TOO_LARGE`.
 */
export type AcmeHttp = (request: AcmeHttpRequest) => Promise<AcmeHttpAnswer>;

export interface AcmeHttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

export interface AcmeHttpAnswer {
  readonly status: number;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** How the outside is reached, in the form that Node's agents take as `proxyEnv`. */
export interface AcmeNetwork {
  readonly proxies: { readonly HTTP_PROXY?: string; readonly HTTPS_PROXY?: string; readonly NO_PROXY?: string };
}

export interface AcmeHttpOptions {
  /** PEM: CAs that are trusted besides those that Node trusts. */
  readonly caPem?: string | undefined;
  readonly userAgent: string;
  readonly network: AcmeNetwork;
}
