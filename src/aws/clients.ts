import {
  ACMPCAClient,
  type ApiPassthrough,
  DescribeCertificateAuthorityCommand,
  GetCertificateAuthorityCertificateCommand,
  GetCertificateCommand,
  IssueCertificateCommand,
  type CertificateAuthority as SdkCertificateAuthority,
  type SigningAlgorithm,
} from '@aws-sdk/client-acm-pca';
import type { AcmCalls } from './acm/acm-calls.ts';
import type { AwsCall } from './call.ts';
import type { IdentitySpec } from './identity.ts';
import { pcaEndpoint } from './pca-endpoint.ts';
import { required } from './required.ts';
import type { Route53Calls } from './route53/route53-calls.ts';
import type { SdkSettings } from './sdk-settings.ts';
import { formatSubject } from './subject.ts';

export type { ApiPassthrough } from '@aws-sdk/client-acm-pca';

/** A certificate authority as DescribeCertificateAuthority tells it. Enum values pass through as AWS sent them. */
export interface CertificateAuthority {
  readonly arn: string;
  readonly type: string;
  readonly status: string;
  readonly keyAlgorithm: string;
  readonly signingAlgorithm: string;
  readonly usageMode: string;
  /** RFC 4514 string form. */
  readonly subject?: string;
  readonly notAfter?: Date;
  readonly restorableUntil?: Date;
  readonly failureReason?: string;
}

export interface IssueInput {
  readonly certificateAuthorityArn: string;
  readonly csrPem: string;
  readonly signingAlgorithm: string;
  readonly templateArn: string;
  /** Content for a template that takes it from the call; others ignore it. */
  readonly apiPassthrough?: ApiPassthrough;
  /** Whole seconds since the Unix epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** 1 to 36 characters. */
  readonly idempotencyToken: string;
}

/** The calls to AWS Private CA under one identity, in one region. Each throws AwsError. */
export interface PcaCalls {
  /** Returns the new certificate's ARN. */
  issueCertificate(input: IssueInput): Promise<string>;
  /** PEM of the leaf, and of what signed it from the issuing CA upward. */
  getCertificate(authorityArn: string, certificateArn: string): Promise<{ certificate: string; chain: string }>;
  describeCertificateAuthority(arn: string): Promise<CertificateAuthority>;
  /** PEM of the authority's own certificate. */
  getCertificateAuthorityCertificate(arn: string): Promise<string>;
}

/** What a signer of AWS Private CA calls under one identity, in one region. */
export interface PcaApi extends PcaCalls {
  readonly region: string;
  /** The ARNs of all roles on the way to the identity, as they were given. */
  readonly roles: readonly string[];
  getCallerIdentity(): Promise<{ arn: string; account: string }>;
}

/** All calls that an issuer makes under one identity, in one region. */
export interface AwsApi extends PcaApi {
  readonly acm: AcmCalls;
  /** Route 53 is global: the region decides the partition alone. */
  readonly route53: Route53Calls;
}

/** Makes the API of an identity; the same one for the same identity. */
export interface AwsClients {
  get(spec: IdentitySpec): AwsApi;
  /** Forgets the identity and its credentials: the next `get` starts afresh. What it shares with others stays. */
  forget(spec: IdentitySpec): void;
  close(): void;
}

export function createPcaCalls(settings: SdkSettings, call: AwsCall): PcaCalls {
  const { ignoreConfiguredEndpointUrls: ignored } = settings;
  const pca = new ACMPCAClient({
    ...settings,
    endpointProvider: ({ Endpoint, ...rest }) => ({ url: pcaEndpoint(ignored ? rest : { ...rest, Endpoint }) }),
  });
  return {
    issueCertificate: (input) =>
      call('acm-pca', 'IssueCertificate', async (options) => {
        const output = await pca.send(issueCommand(input), options);
        return required(output.CertificateArn, 'CertificateArn');
      }),
    getCertificate: (authorityArn, certificateArn) =>
      call('acm-pca', 'GetCertificate', async (options) => {
        const input = { CertificateAuthorityArn: authorityArn, CertificateArn: certificateArn };
        const output = await pca.send(new GetCertificateCommand(input), options);
        return { certificate: required(output.Certificate, 'Certificate'), chain: output.CertificateChain ?? '' };
      }),
    describeCertificateAuthority: (arn) =>
      call('acm-pca', 'DescribeCertificateAuthority', async (options) => {
        const output = await pca.send(
          new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn: arn }),
          options,
        );
        return toCertificateAuthority(arn, required(output.CertificateAuthority, 'CertificateAuthority'));
      }),
    getCertificateAuthorityCertificate: (arn) =>
      call('acm-pca', 'GetCertificateAuthorityCertificate', async (options) => {
        const input = { CertificateAuthorityArn: arn };
        const output = await pca.send(new GetCertificateAuthorityCertificateCommand(input), options);
        return required(output.Certificate, 'Certificate');
      }),
  };
}

function issueCommand(input: IssueInput): IssueCertificateCommand {
  return new IssueCertificateCommand({
    CertificateAuthorityArn: input.certificateAuthorityArn,
    Csr: Buffer.from(input.csrPem),
    // The client's types are older than the service's list; the value is the CA's own and passes through unchanged.
    SigningAlgorithm: input.signingAlgorithm as SigningAlgorithm,
    TemplateArn: input.templateArn,
    ...(input.apiPassthrough && { ApiPassthrough: input.apiPassthrough }),
    Validity: { Type: 'ABSOLUTE', Value: input.notAfter },
    ValidityNotBefore: { Type: 'ABSOLUTE', Value: input.notBefore },
    IdempotencyToken: input.idempotencyToken,
  });
}

function toCertificateAuthority(arn: string, authority: SdkCertificateAuthority): CertificateAuthority {
  const configuration = authority.CertificateAuthorityConfiguration;
  const subject = formatSubject(configuration?.Subject);
  return {
    arn: authority.Arn ?? arn,
    type: authority.Type ?? 'UNKNOWN',
    status: authority.Status ?? 'UNKNOWN',
    keyAlgorithm: configuration?.KeyAlgorithm ?? '',
    signingAlgorithm: configuration?.SigningAlgorithm ?? '',
    usageMode: authority.UsageMode ?? 'GENERAL_PURPOSE',
    ...(subject === undefined ? {} : { subject }),
    ...(authority.NotAfter === undefined ? {} : { notAfter: authority.NotAfter }),
    ...(authority.RestorableUntil === undefined ? {} : { restorableUntil: authority.RestorableUntil }),
    ...(authority.FailureReason === undefined ? {} : { failureReason: authority.FailureReason }),
  };
}
