import type { Certificate } from '../../api/certificate.ts';
import type { Informer } from '../../kube/informer.ts';
import { keyOf } from '../../kube/objects.ts';
import type { Clock } from '../../system/clock.ts';
import { controllerOf, ownerIndex, secretNameIndex } from './shim-watches.ts';

/** What one of our writes left, while the watch may still show the state from before. */
interface OwnWrite {
  readonly uid: string;
  /** Undefined: deleted. */
  readonly certificate: Certificate | undefined;
  /** Monotonic. A watch that is later than this has missed something; then the store is believed. */
  readonly until: number;
  /** Whether that is all that its owner wants of it. */
  isFinal: boolean;
}

const watchPatienceMs = 30_000;

/** A write whose answer is awaited. */
interface Flight {
  /** The version that it changes; undefined where it makes something new. */
  readonly from: string | undefined;
  /** Uids of what the watch showed under the name meanwhile, later than that version. */
  readonly shown: Set<string>;
}

/** The Certificates as the watch shows them, with our own writes that it has not shown yet. */
export class CertificateView {
  readonly #informer: Pick<Informer<Certificate>, 'store'>;
  readonly #clock: Clock;
  /** By namespace, then name. */
  readonly #writes = new Map<string, Map<string, OwnWrite>>();
  /** By the key of the Certificate. */
  readonly #flights = new Map<string, Set<Flight>>();

  constructor(informer: Pick<Informer<Certificate>, 'store'>, clock: Clock) {
    this.#informer = informer;
    this.#clock = clock;
  }

  /** The namespace's Certificates that `ownerUid` controls, or whose name or secretName is among `names`. */
  find(namespace: string, ownerUid: string, names: readonly string[]): Certificate[] {
    const { store } = this.#informer;
    const found = new Map<string, Certificate>();
    const add = (certificate: Certificate | undefined): void => {
      if (certificate?.metadata.namespace === namespace) found.set(certificate.metadata.name, certificate);
    };
    for (const certificate of store.byIndex(ownerIndex, ownerUid)) add(certificate);
    for (const name of names) {
      add(store.get(keyOf({ namespace, name })));
      for (const certificate of store.byIndex(secretNameIndex, keyOf({ namespace, name }))) add(certificate);
    }
    const asked = new Set(names);
    const now = this.#clock.monotonic();
    for (const [name, { certificate, until }] of this.#writes.get(namespace) ?? []) {
      if (until <= now) {
        this.#drop(namespace, name);
        continue;
      }
      found.delete(name);
      if (certificate && isAskedFor(certificate, ownerUid, asked)) add(certificate);
    }
    return [...found.values()];
  }

  /**
   * Makes a write to a Certificate of this name and remembers what it left: the Certificate that it resolves with, or that
   * `existing` is deleted. An answer may be later than the watch; what that has shown by then is newer than the answer.
   */
  async write(
    { namespace = '', name }: Pick<Certificate['metadata'], 'namespace' | 'name'>,
    existing: Certificate | undefined,
    call: () => Promise<Certificate | undefined>,
  ): Promise<Certificate | undefined> {
    const key = keyOf({ namespace, name });
    const flight: Flight = { from: existing?.metadata.resourceVersion, shown: new Set() };
    const flights = this.#flights.get(key) ?? new Set();
    this.#flights.set(key, flights.add(flight));
    try {
      const left = await call();
      const written = left ?? existing;
      if (written && !flight.shown.has(written.metadata.uid)) this.#remember(written, left);
      return left;
    } finally {
      flights.delete(flight);
      if (flights.size === 0) this.#flights.delete(key);
    }
  }

  #remember({ metadata: { namespace = '', name, uid } }: Certificate, certificate: Certificate | undefined): void {
    const until = this.#clock.monotonic() + watchPatienceMs;
    const writes = this.#writes.get(namespace) ?? new Map<string, OwnWrite>();
    this.#writes.set(namespace, writes.set(name, { uid, certificate, until, isFinal: false }));
  }

  /** What one of our writes left is what it was for: when the watch shows it, it is no news. */
  settle({ metadata: { namespace = '', name, uid, resourceVersion } }: Certificate): void {
    const write = this.#writes.get(namespace)?.get(name);
    if (write?.uid === uid && write.certificate?.metadata.resourceVersion === resourceVersion) write.isFinal = true;
  }

  /**
   * Takes note of what the watch shows, or of its last state when it is gone; whether that is no news. Whatever it shows of
   * the same Certificate is as new as the write: a write names the version it changes.
   */
  shows({ metadata: { namespace = '', name, uid, resourceVersion } }: Certificate, isGone = false): boolean {
    for (const { from, shown } of this.#flights.get(keyOf({ namespace, name })) ?? [])
      if (isGone || resourceVersion !== from) shown.add(uid);
    const write = this.#writes.get(namespace)?.get(name);
    if (write?.uid !== uid) return false;
    this.#drop(namespace, name);
    return !isGone && write.isFinal && write.certificate?.metadata.resourceVersion === resourceVersion;
  }

  #drop(namespace: string, name: string): void {
    const writes = this.#writes.get(namespace);
    writes?.delete(name);
    if (writes?.size === 0) this.#writes.delete(namespace);
  }
}

function isAskedFor(certificate: Certificate, ownerUid: string, names: ReadonlySet<string>): boolean {
  const { metadata, spec } = certificate;
  if (controllerOf(certificate)?.uid === ownerUid || names.has(metadata.name)) return true;
  return spec !== undefined && names.has(spec.secretName);
}
