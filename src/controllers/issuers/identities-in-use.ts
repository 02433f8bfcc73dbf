import type { AwsApi, AwsClients } from '../../aws/clients.ts';
import { identityKey, type IdentitySpec } from '../../aws/identity.ts';

interface Identity {
  readonly key: string;
  readonly spec: IdentitySpec;
}

/** Which issuer uses which identity. An identity that none of them uses any more is forgotten, with its credentials. */
export class IdentitiesInUse {
  readonly #aws: AwsClients;
  readonly #byIssuer = new Map<string, Identity>();
  /** The issuers that use an identity, by its key. */
  readonly #issuers = new Map<string, Set<string>>();

  constructor(aws: AwsClients) {
    this.#aws = aws;
  }

  /** The issuer, or its successor of the same name, uses this identity from now on, in place of the one before. */
  use(issuerKey: string, spec: IdentitySpec): AwsApi {
    const key = identityKey(spec);
    const previous = this.#byIssuer.get(issuerKey);
    this.#byIssuer.set(issuerKey, { key, spec });
    const issuers = this.#issuers.get(key) ?? new Set();
    this.#issuers.set(key, issuers.add(issuerKey));
    // Before the other one is left: what both begin with is kept.
    const api = this.#aws.get(spec);
    if (previous && previous.key !== key) this.#leave(issuerKey, previous);
    return api;
  }

  /** The issuer uses none any more. */
  drop(issuerKey: string): void {
    const identity = this.#byIssuer.get(issuerKey);
    if (!identity) return;
    this.#byIssuer.delete(issuerKey);
    this.#leave(issuerKey, identity);
  }

  #leave(issuerKey: string, { key, spec }: Identity): void {
    const issuers = this.#issuers.get(key);
    issuers?.delete(issuerKey);
    if (issuers && issuers.size > 0) return;
    this.#issuers.delete(key);
    this.#aws.forget(spec);
  }
}
