import type { Listener } from '../../../api/gateway.ts';
import type { IngressTls } from '../../../api/ingress.ts';
import type { ObjectMeta } from '../../../kube/objects.ts';
import type { ShimSettings } from '../shim-plan.ts';

type Texts = Readonly<Record<string, string>>;
type Fields = Readonly<Record<string, unknown>>;

/**
 * One row of cases.json. The baseline is Ingress `fruit/stall` with label `team=citrus`, the issuer pca-leaf by its three
 * annotations, and one TLS entry for pay.orchard.test with Secret pay-tls; a row says what is different. Keys without a
 * slash stand for `cert-manager.io/<key>`.
 */
export interface Row {
  /** The number of the case, with a letter where a case has several parts; or a word and a number for cases of our own. */
  readonly case: string;
  readonly what: string;
  readonly object?: 'Gateway' | 'ListenerSet';
  /** In place of the baseline's annotations. */
  readonly annotations?: Texts;
  /** Beside them. */
  readonly add?: Texts;
  readonly metadata?: Partial<ObjectMeta>;
  readonly tls?: readonly IngressTls[];
  readonly listeners?: readonly Listener[];
  /** More fields of the spec. */
  readonly specFields?: Fields;
  readonly parentRef?: { readonly name?: string; readonly namespace?: string };
  /** The annotations of the Gateway of a ListenerSet; no Gateway when left out. */
  readonly parent?: Texts;
  readonly parentMetadata?: Partial<ObjectMeta>;
  readonly flags?: Partial<Omit<ShimSettings, 'defaultIssuer'>> & { readonly defaultIssuer?: Texts };
  readonly certificates?: readonly ExistingRow[];
  /** Mode `all` with strict parity: what cert-manager does. */
  readonly strict: Outcome;
  /** Mode `all` without strict parity, where it differs. */
  readonly better?: Outcome;
  /** Mode `auto` without strict parity, where it differs from `better`. */
  readonly auto?: Outcome;
  /** Mode `auto` with strict parity, where it differs from `strict`. */
  readonly autoStrict?: Outcome;
}

/** A Certificate that is there: the one that the baseline wants, but for this. In `spec`, null takes a field away. */
export interface ExistingRow {
  readonly name?: string;
  readonly owner?: 'self' | 'nobody' | 'other' | 'predecessor';
  readonly labels?: Texts | null;
  readonly annotations?: Texts;
  readonly metadata?: Partial<ObjectMeta>;
  readonly spec?: Fields;
}

/** In expected texts `…` stands for anything. */
export type Outcome =
  | 'nothing'
  /** A value that is refused; cert-manager only logs that, we tell it in an event. */
  | { readonly err: BadValue & { readonly blamed?: string } }
  /** A value that cert-manager's webhook would refuse. */
  | { readonly told: BadValue }
  | {
      readonly actions?: readonly ActionRow[];
      /** `<type> <reason> <message>`. */
      readonly problems?: readonly string[];
      readonly waitsFor?: readonly string[];
    };

interface BadValue {
  readonly annotation: string;
  readonly value: string;
  readonly detail: string;
}

/** `spec` and `annotations` as in {@link ExistingRow}. */
export interface ActionRow {
  readonly create?: string;
  readonly update?: string;
  readonly delete?: string;
  readonly annotations?: Texts;
  readonly spec?: Fields;
}
