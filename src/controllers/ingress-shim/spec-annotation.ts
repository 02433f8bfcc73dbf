import type { CertificatePrivateKey, CertificateSecretTemplate, X509Subject } from '../../api/certificate.ts';

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What annotations say about every Certificate of an object. */
export interface SpecDraft {
  commonName?: string;
  /** Go behind the hosts. */
  dnsNames: readonly string[];
  ipAddresses: readonly string[];
  emailAddresses?: readonly string[];
  readonly subject: Writable<X509Subject>;
  /** Nanoseconds. */
  duration?: bigint;
  renewBefore?: bigint;
  renewBeforePercentage?: number;
  usages: readonly string[];
  revisionHistoryLimit?: number;
  readonly privateKey: Writable<CertificatePrivateKey>;
  secretTemplate?: CertificateSecretTemplate;
}

/** One annotation that sets something in the spec. */
export interface SpecAnnotation {
  readonly key: string;
  /** The key that cert-manager names in its error, where it names another by mistake. */
  readonly blamedKey?: string;
  /** Takes the value over, or says in cert-manager's words what is wrong with it. */
  readonly read: (value: string, draft: SpecDraft) => string | undefined;
  /** What to write instead, a whole sentence. */
  readonly remedy: string;
}
