import type { AwsClients } from '../../aws/clients.ts';
import { identityKey, type IdentitySpec } from '../../aws/identity.ts';

type Identities = ReadonlyMap<string, IdentitySpec>;

/** Which issuers use which identities, so that one that nobody uses any more is forgotten with its credentials. */
export class IdentityUsers {
  readonly #aws: Pick<AwsClients, 'forget'>;
  /** By user, then by the identity's key. */
  readonly #used = new Map<string, Identities>();
  /** How many use an identity, by its key. */
  readonly #counts = new Map<string, number>();

  constructor(aws: Pick<AwsClients, 'forget'>) {
    this.#aws = aws;
  }

  /** From now on `user` uses this, beside what it used before until `settle`. */
  add(user: string, identity: IdentitySpec): void {
    const used = this.#used.get(user);
    const key = identityKey(identity);
    if (used?.has(key)) return;
    this.#used.set(user, new Map([...(used ?? []), [key, identity]]));
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /**
   * `user`, or its successor of the same name, uses these and no others. What one of them has in common with those that are
   * left is kept by whoever takes the new ones from AwsClients first.
   */
  settle(user: string, identities: readonly IdentitySpec[]): void {
    for (const identity of identities) this.add(user, identity);
    const keys = new Set(identities.map(identityKey));
    const used = [...(this.#used.get(user) ?? [])];
    const kept = new Map(used.filter(([key]) => keys.has(key)));
    if (kept.size > 0) this.#used.set(user, kept);
    else this.#used.delete(user);
    for (const [key, identity] of used) if (!keys.has(key)) this.#leave(key, identity);
  }

  #leave(key: string, identity: IdentitySpec): void {
    const others = (this.#counts.get(key) ?? 1) - 1;
    if (others > 0) this.#counts.set(key, others);
    else {
      this.#counts.delete(key);
      this.#aws.forget(identity);
    }
  }
}
