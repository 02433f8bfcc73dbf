import type { IssuerRef } from '../../api/certificate-request.ts';

/** Which issuer an object means. */
export type IssuerResolution =
  /** Nothing to be done: with mode `auto`, the issuer of others. */
  | { readonly kind: 'others' }
  | { readonly kind: 'issuer'; readonly issuerRef: Required<IssuerRef> }
  | { readonly kind: 'faulty'; readonly faults: readonly string[] };
