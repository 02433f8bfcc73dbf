import type { Issuer } from '../../api/awspca.ts';
import { issuerKeyFor } from '../../api/issuer-target.ts';
import type { Signer } from '../../signers/signer.ts';

interface Entry {
  readonly uid: string;
  readonly generation: number;
  readonly signer: Signer;
}

/** The signers of the issuers that this process has checked. Written by the issuer controller alone. */
export class IssuerRegistry {
  readonly #entries = new Map<string, Entry>();

  /** The signer for the issuer exactly as it is now; undefined while that has not been checked. */
  find(issuer: Issuer): Signer | undefined {
    const entry = this.#entries.get(issuerKeyFor(issuer));
    const { uid, generation = 0 } = issuer.metadata;
    return entry?.uid === uid && entry.generation === generation ? entry.signer : undefined;
  }

  set(issuer: Issuer, signer: Signer): void {
    const { uid, generation = 0 } = issuer.metadata;
    this.#entries.set(issuerKeyFor(issuer), { uid, generation, signer });
  }

  remove(issuerKey: string): void {
    this.#entries.delete(issuerKey);
  }
}
