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
}

const watchPatienceMs = 30_000;

/** The Certificates as the watch shows them, with our own writes that it has not shown yet. */
export class CertificateView {
  readonly #informer: Pick<Informer<Certificate>, 'store'>;
  readonly #clock: Clock;
  /** By namespace, then name. */
  readonly #writes = new Map<string, Map<string, OwnWrite>>();

  constructor(informer: Pick<Informer<Certificate>, 'store' | 'addHandler'>, clock: Clock) {
    this.#informer = informer;
    this.#clock = clock;
    const shown = (certificate: Certificate): void => this.#forget(certificate);
    informer.addHandler({ added: shown, updated: (_, current) => shown(current), deleted: shown });
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
    for (const [name, { certificate }] of this.#freshWrites(namespace)) {
      found.delete(name);
      if (certificate && isAskedFor(certificate, ownerUid, asked)) add(certificate);
    }
    return [...found.values()];
  }

  /** Remembers the Certificate as a write returned it. */
  wrote(certificate: Certificate): Certificate {
    this.#remember(certificate, certificate);
    return certificate;
  }

  deleted(certificate: Certificate): void {
    this.#remember(certificate, undefined);
  }

  #remember({ metadata: { namespace = '', name, uid } }: Certificate, certificate: Certificate | undefined): void {
    const until = this.#clock.monotonic() + watchPatienceMs;
    const writes = this.#writes.get(namespace) ?? new Map<string, OwnWrite>();
    this.#writes.set(namespace, writes.set(name, { uid, certificate, until }));
  }

  #freshWrites(namespace: string): readonly [string, OwnWrite][] {
    const now = this.#clock.monotonic();
    for (const [name, { until }] of this.#writes.get(namespace) ?? []) if (until <= now) this.#drop(namespace, name);
    return [...(this.#writes.get(namespace) ?? [])];
  }

  /** Whatever the watch shows of the same Certificate is as new as the write: a write names the version it changes. */
  #forget({ metadata: { namespace = '', name, uid } }: Certificate): void {
    if (this.#writes.get(namespace)?.get(name)?.uid === uid) this.#drop(namespace, name);
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
