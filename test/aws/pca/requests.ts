/** The operations' inputs as they arrive (API version 2017-08-22), after `validate.ts` has looked at them. */
export interface Validity {
  readonly Type: 'ABSOLUTE' | 'END_DATE' | 'DAYS' | 'MONTHS' | 'YEARS';
  readonly Value: number;
}

export interface Asn1Subject {
  readonly CustomAttributes?: readonly { readonly ObjectIdentifier: string; readonly Value: string }[];
  readonly [attribute: string]: unknown;
}

export interface GeneralNameInput {
  readonly OtherName?: { readonly TypeId: string; readonly Value: string };
  readonly Rfc822Name?: string;
  readonly DnsName?: string;
  readonly DirectoryName?: Asn1Subject;
  readonly EdiPartyName?: { readonly PartyName: string; readonly NameAssigner?: string };
  readonly UniformResourceIdentifier?: string;
  readonly IpAddress?: string;
  readonly RegisteredId?: string;
}

export interface PolicyInput {
  readonly CertPolicyId: string;
  readonly PolicyQualifiers?: readonly {
    readonly PolicyQualifierId: 'CPS';
    readonly Qualifier: { readonly CpsUri: string };
  }[];
}

export interface ExtensionsInput {
  readonly CertificatePolicies?: readonly PolicyInput[];
  readonly ExtendedKeyUsage?: readonly {
    readonly ExtendedKeyUsageType?: string;
    readonly ExtendedKeyUsageObjectIdentifier?: string;
  }[];
  readonly KeyUsage?: Readonly<Record<string, boolean>>;
  readonly SubjectAlternativeNames?: readonly GeneralNameInput[];
  readonly CustomExtensions?: readonly {
    readonly ObjectIdentifier: string;
    readonly Value: string;
    readonly Critical?: boolean;
  }[];
}

export interface ApiPassthrough {
  readonly Subject?: Asn1Subject;
  readonly Extensions?: ExtensionsInput;
}

export interface IssueRequest {
  readonly CertificateAuthorityArn: string;
  /** Base64 of the PEM text. */
  readonly Csr: string;
  readonly SigningAlgorithm: string;
  readonly Validity: Validity;
  readonly ValidityNotBefore?: Validity;
  readonly TemplateArn?: string;
  readonly ApiPassthrough?: ApiPassthrough;
  readonly IdempotencyToken?: string;
}
