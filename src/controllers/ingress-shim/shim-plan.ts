import type { Certificate, CertificateSpec } from '../../api/certificate.ts';
import type { Gateway, ListenerSet } from '../../api/gateway.ts';
import type { Ingress } from '../../api/ingress.ts';
import type { IssuerRef } from '../../api/certificate-request.ts';
import type { OwnerReference } from '../../kube/objects.ts';

/** What may ask for certificates by its annotations. */
export type ShimObject = Ingress | Gateway | ListenerSet;

/** What the flags say about all objects. */
export interface ShimSettings {
  /** `auto`: only objects whose issuer is one of ours. `all`: every annotated object. */
  readonly mode: 'auto' | 'all';
  /** Does as cert-manager's ingress-shim does, also where we know better. */
  readonly strictParity: boolean;
  readonly defaultIssuer: Required<IssuerRef>;
  /** Annotations of an Ingress whose true value asks for a certificate from the default issuer. */
  readonly autoCertificateAnnotations: readonly string[];
  /** Annotations that go on to the Certificate. */
  readonly extraCertificateAnnotations: readonly string[];
  /** Protocols of listeners that carry TLS, beside HTTPS and TLS. */
  readonly extraProtocols: readonly string[];
}

/** Everything that a plan is made from: what `asksFor` and `parentOf` (asked.ts) name, read from the stores. */
export interface ShimFacts {
  readonly object: ShimObject;
  /** The Gateway of a ListenerSet, if there is one; one that is being deleted counts as none. */
  readonly parent?: Gateway | undefined;
  /**
   * All Certificates of the object's namespace that it controls, or whose name or secretName it asks for. More do no harm,
   * and neither does their order.
   */
  readonly certificates: readonly Certificate[];
}

/** A Certificate as it is to be. */
export interface WantedCertificate {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences: readonly [OwnerReference];
  };
  readonly spec: CertificateSpec;
}

export interface ShimEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** One write. `event` is told about the object once the write is done. */
export type ShimAction =
  | { readonly kind: 'create'; readonly certificate: WantedCertificate; readonly event: ShimEvent }
  | {
      readonly kind: 'update';
      readonly existing: Certificate;
      /** Labels and spec replace what is there; annotations are added to it. */
      readonly certificate: WantedCertificate;
      readonly event: ShimEvent;
    }
  | { readonly kind: 'delete'; readonly existing: Certificate; readonly event: ShimEvent };

/** What is to be done for one object. The same facts always give the same plan. */
export interface ShimPlan {
  /** In this order, which is that of their kinds: create, update, delete. The first that fails ends the pass. */
  readonly actions: readonly ShimAction[];
  /** What is wrong with the object: told when it is new, not at every pass. */
  readonly problems: readonly ShimEvent[];
  /** Names of Certificates that somebody else holds: the object is looked at again when one of them goes or changes hands. */
  readonly waitsFor: readonly string[];
  /**
   * Nothing was planned because of it, and only a change of the object helps; cert-manager logs such a fault and tries again
   * (with strict parity it is no problem that is told).
   */
  readonly fault?: string;
}
