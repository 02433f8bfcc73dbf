import type { Credentials, CredentialSupply } from './credential-cache.ts';
import { AwsError, mayNeedOtherCredentials } from './errors.ts';
import type { Sdk } from './sdk.ts';
import type { StsCalls } from './sts-calls.ts';

/** Somebody whom AWS knows: what signs for them, and their calls to STS. */
export class Principal implements CredentialSupply {
  readonly #credentials: CredentialSupply;
  readonly #sdk: Sdk;
  readonly #sts = new Map<string, Promise<StsCalls>>();

  constructor(credentials: CredentialSupply, sdk: Sdk) {
    this.#credentials = credentials;
    this.#sdk = sdk;
  }

  get(): Promise<Credentials> {
    return this.#credentials.get();
  }

  refuse(refused: Credentials): boolean {
    return this.#credentials.refuse(refused);
  }

  /** Its calls to STS in a region, one client for all who ask. */
  sts(region: string): Promise<StsCalls> {
    const known = this.#sts.get(region) ?? this.#sdk.createSts(region, this);
    this.#sts.set(region, known);
    return known;
  }

  /**
   * Makes a call under this principal, which has its credentials first: without them it is not made. Where AWS does not
   * take them it is made once more with others, for a refusal of credentials comes before everything else.
   */
  async perform<T>(send: () => Promise<T>): Promise<T> {
    const used = await this.get();
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof AwsError) || !mayNeedOtherCredentials(error) || !this.refuse(used)) throw error;
      await this.get();
      return send();
    }
  }
}
