import type { CertificateRequest, SpecifiedRequest } from '../../api/certificate-request.ts';
import type { Attempt, Signer } from '../../signers/signer.ts';
import type { AttemptMemory } from './decide-attempt.ts';

/** A certificate that was asked for and is to be fetched. */
export interface Flight {
  readonly attempt: Attempt;
  readonly reference: string;
  /** Under which settings of the issuer it was asked for, in the signer's words. */
  readonly terms: string | undefined;
  /** Who asked for it; undefined: the reference was read from the request, and somebody else may have written it. */
  readonly begunBy: Signer | undefined;
  /** Whether the reference is kept on the request. */
  kept: boolean;
}

/** What this process knows of one request beyond what the API server shows, by the request's uid. */
export interface RequestMemory {
  readonly uid: string;
  attempt: AttemptMemory | undefined;
  flight: Flight | undefined;
  /** The reference of what this process bought last for the request. */
  bought: string | undefined;
  /** What the request itself says about a certificate was looked at, and is not this request's. */
  strangerSeen: boolean;
  failures: number;
  /** The wait for something that the request should not have to wait for. */
  wait: Wait | undefined;
  /** Until when, monotonic, nothing is to be tried again; void as soon as the issuer has another signer. */
  hold: { readonly until: number; readonly signer: Signer } | undefined;
  /** The request as our own patch left it, while the store may still show the version from before. */
  patched: { readonly from: string; readonly request: SpecifiedRequest } | undefined;
  approvalEventSent: boolean;
  /** The last word was written; the store may still show an older state. */
  done: boolean;
}

export interface Wait {
  /** Monotonic milliseconds. */
  readonly since: number;
  /** Whether the request says why. */
  told: boolean;
}

/** The memories of all requests in work: lost on restart, and nothing worse than time is lost with them. */
export class RequestMemories {
  readonly #byKey = new Map<string, RequestMemory>();

  get size(): number {
    return this.#byKey.size;
  }

  /** The memory of the request that bears `key` now: another uid under the same name is another request. */
  of(key: string, uid: string): RequestMemory {
    const known = this.#byKey.get(key);
    if (known?.uid === uid) return known;
    const created = createMemory(uid);
    this.#byKey.set(key, created);
    return created;
  }

  forget(key: string): void {
    this.#byKey.delete(key);
  }
}

export function createMemory(uid: string): RequestMemory {
  return {
    uid,
    attempt: undefined,
    flight: undefined,
    bought: undefined,
    strangerSeen: false,
    failures: 0,
    wait: undefined,
    hold: undefined,
    patched: undefined,
    approvalEventSent: false,
    done: false,
  };
}

/** The newest of what the store shows and what our own patch returned, which the watch brings a moment later. */
export function latestOf(memory: RequestMemory, stored: CertificateRequest): CertificateRequest {
  if (memory.patched?.from === stored.metadata.resourceVersion) return memory.patched.request;
  memory.patched = undefined;
  return stored;
}

/** Remembers what a patch of `before` returned. */
export function rememberPatch(memory: RequestMemory, before: SpecifiedRequest, request: SpecifiedRequest): void {
  const { resourceVersion } = before.metadata;
  const earlier = memory.patched;
  // Of two patches in one pass the store may still show what was before the first.
  const isSecond = earlier?.request.metadata.resourceVersion === resourceVersion;
  memory.patched = { from: isSecond ? earlier.from : resourceVersion, request };
}
