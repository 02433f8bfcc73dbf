import type { Certificate } from '../../api/certificate.ts';
import type { Informer, Store } from '../../kube/informer.ts';
import { keyOf } from '../../kube/objects.ts';
import { ObjectStore } from '../../kube/store.ts';
import type { Clock } from '../../system/clock.ts';
import { certificateWatch, ownerIndex, secretNameIndex } from './shim-watches.ts';

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
  /** By the key of the Certificate, the oldest first. */
  readonly #writes = new Map<string, OwnWrite>();
  /** The Certificates among them. */
  readonly #written = new ObjectStore<Certificate>(certificateWatch.indexers);
  /** By the key of the Certificate. */
  readonly #flights = new Map<string, Set<Flight>>();

  constructor(informer: Pick<Informer<Certificate>, 'store'>, clock: Clock) {
    this.#informer = informer;
    this.#clock = clock;
  }

  /** The namespace's Certificates that `ownerUid` controls, or whose name or secretName is among `names`. */
  find(namespace: string, ownerUid: string, names: readonly string[]): Certificate[] {
    this.#forgetOld();
    const keys = names.map((name) => keyOf({ namespace, name }));
    const lookUp = (store: Store<Certificate>): Certificate[] => [
      ...store.byIndex(ownerIndex, ownerUid),
      ...keys.flatMap((key) => [store.get(key) ?? [], store.byIndex(secretNameIndex, key)].flat()),
    ];
    const shown = lookUp(this.#informer.store).filter(({ metadata }) => !this.#writes.has(keyOf(metadata)));
    const found = [...shown, ...lookUp(this.#written)].filter(({ metadata }) => metadata.namespace === namespace);
    return [...new Set(found)];
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

  #remember(written: Certificate, certificate: Certificate | undefined): void {
    const key = keyOf(written.metadata);
    this.#drop(key);
    const until = this.#clock.monotonic() + watchPatienceMs;
    this.#writes.set(key, { uid: written.metadata.uid, certificate, until, isFinal: false });
    if (certificate) this.#written.put(certificate);
  }

  /** What one of our writes left is what it was for: when the watch shows it, it is no news. */
  settle({ metadata }: Certificate): void {
    const { uid, resourceVersion } = metadata;
    const write = this.#writes.get(keyOf(metadata));
    if (write?.uid === uid && write.certificate?.metadata.resourceVersion === resourceVersion) write.isFinal = true;
  }

  /**
   * Takes note of what the watch shows, or of its last state when it is gone; whether that is no news. Whatever it shows of
   * the same Certificate is as new as the write: a write names the version it changes.
   */
  shows({ metadata }: Certificate, isGone = false): boolean {
    const { uid, resourceVersion } = metadata;
    const key = keyOf(metadata);
    for (const { from, shown } of this.#flights.get(key) ?? []) if (isGone || resourceVersion !== from) shown.add(uid);
    const write = this.#writes.get(key);
    if (write?.uid !== uid) return false;
    this.#drop(key);
    return !isGone && write.isFinal && write.certificate?.metadata.resourceVersion === resourceVersion;
  }

  #forgetOld(): void {
    const now = this.#clock.monotonic();
    for (const [key, { until }] of this.#writes) {
      if (until > now) return;
      this.#drop(key);
    }
  }

  #drop(key: string): void {
    const write = this.#writes.get(key);
    this.#writes.delete(key);
    if (write?.certificate) this.#written.remove(write.certificate);
  }
}
