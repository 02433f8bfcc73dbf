import type { AwsClients } from '../../aws/clients.ts';
import { identityKey, type IdentitySpec } from '../../aws/identity.ts';

/** Which issuers use which identities, so that one that nobody uses any more is forgotten with its credentials. */
export class IdentityUsers {
  readonly #aws: Pick<AwsClients, 'forget'>;
  readonly #users = new Map<string, ReadonlyMap<string, IdentitySpec>>();

  constructor(aws: Pick<AwsClients, 'forget'>) {
    this.#aws = aws;
  }

  /** From now on `user` uses these, beside what it used before until `settle`. */
  add(user: string, identity: IdentitySpec): void {
    const used = this.#users.get(user) ?? new Map<string, IdentitySpec>();
    this.#users.set(user, new Map([...used, [identityKey(identity), identity]]));
  }

  /** `user` uses these and no others. */
  settle(user: string, identities: readonly IdentitySpec[]): void {
    const before = this.#users.get(user) ?? new Map<string, IdentitySpec>();
    const now = new Map(identities.map((identity) => [identityKey(identity), identity]));
    if (now.size > 0) this.#users.set(user, now);
    else this.#users.delete(user);
    for (const [key, identity] of before) if (!this.#isUsed(key)) this.#aws.forget(identity);
  }

  #isUsed(key: string): boolean {
    return [...this.#users.values()].some((used) => used.has(key));
  }
}
