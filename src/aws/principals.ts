import type { Clock } from '../system/clock.ts';
import { CredentialCache, type CredentialSupply, fixedCredentials } from './credential-cache.ts';
import { type IdentitySpec, identityKey } from './identity.ts';
import { Principal } from './principal.ts';
import type { Sdk } from './sdk.ts';

interface Entry {
  readonly principal: Principal;
  /** Keys of the identities whose way leads through it. */
  readonly users: Set<string>;
}

/**
 * Every principal that is in use, those on the way to others included: identities that begin in the same way share its
 * credentials, so that what they share is fetched once.
 */
export class Principals {
  readonly #sdk: Sdk;
  readonly #clock: Clock;
  readonly #ownRegion: string | undefined;
  readonly #entries = new Map<string, Entry>();

  /** `ownRegion`: where the controller's own credentials are fetched, if it is known. */
  constructor(sdk: Sdk, clock: Clock, ownRegion: string | undefined) {
    this.#sdk = sdk;
    this.#clock = clock;
    this.#ownRegion = ownRegion;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The principal that the identity ends in. To be released when the identity is no longer in use. */
  acquire(spec: IdentitySpec): Principal {
    const user = identityKey(spec);
    return this.#way(spec).reduce<Principal | undefined>((base, part) => {
      const key = identityKey(part);
      const entry = this.#entries.get(key) ?? { principal: this.#create(part, base), users: new Set<string>() };
      this.#entries.set(key, entry);
      entry.users.add(user);
      return entry.principal;
    }, undefined) as Principal;
  }

  release(spec: IdentitySpec): void {
    const user = identityKey(spec);
    for (const key of this.#way(spec).map(identityKey)) {
      const users = this.#entries.get(key)?.users;
      users?.delete(user);
      if (users?.size === 0) this.#entries.delete(key);
    }
  }

  /** The identity's source, and what each role makes of it. */
  #way(spec: IdentitySpec): IdentitySpec[] {
    const isAmbient = spec.source.kind === 'ambient';
    // The controller's own credentials are the same, whatever an issuer says of regions and sessions.
    const own = isAmbient ? { region: this.#ownRegion ?? spec.region, roleSessionName: '' } : {};
    const first = { ...spec, ...own, roles: [] };
    return [first, ...spec.roles.map((_, index) => ({ ...spec, roles: spec.roles.slice(0, index + 1) }))];
  }

  #create(spec: IdentitySpec, base: Principal | undefined): Principal {
    return new Principal(base ? this.#assume(spec, base) : this.#source(spec), this.#sdk);
  }

  #assume({ roles, region, roleSessionName }: IdentitySpec, base: Principal): CredentialSupply {
    const { arn: role = '', externalId } = roles.at(-1) ?? {};
    const input = { role, roleSessionName, ...(externalId !== undefined && { externalId }) };
    return new CredentialCache(this.#clock, () => base.perform(async () => (await base.sts(region)).assumeRole(input)));
  }

  #source({ source, region, roleSessionName }: IdentitySpec): CredentialSupply {
    switch (source.kind) {
      case 'static': {
        const { accessKeyId, secretAccessKey, sessionToken } = source;
        return fixedCredentials({ accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) });
      }
      case 'webIdentity':
        return new CredentialCache(this.#clock, async () => {
          const token = await source.requestToken();
          const sts = await this.#sdk.unsignedSts(region);
          return sts.assumeRoleWithWebIdentity({ role: source.role, roleSessionName, token });
        });
      case 'ambient': {
        let chain: ReturnType<Sdk['createDefaultChain']> | undefined;
        return new CredentialCache(this.#clock, async () => (await (chain ??= this.#sdk.createDefaultChain(region)))());
      }
    }
  }
}
