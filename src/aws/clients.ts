import {
  ACMPCAClient,
  DescribeCertificateAuthorityCommand,
  GetCertificateCommand,
  IssueCertificateCommand,
  type CertificateAuthority as SdkCertificateAuthority,
  type SigningAlgorithm,
} from '@aws-sdk/client-acm-pca';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { AwsCall } from './call.ts';
import { formatSubject } from './subject.ts';
import { type ClientSettings, createCredentialProvider } from './credential-provider.ts';
import { identityKey, type IdentitySpec, rolesOf } from './identity.ts';

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
  /** Whole seconds since the Unix epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** 1 to 36 characters. */
  readonly idempotencyToken: string;
}

/** The calls that an issuer makes under one identity, in one region. Each throws AwsError. */
export interface AwsApi {
  readonly region: string;
  /** The ARNs of all roles on the way to the identity, as they were given. */
  readonly roles: readonly string[];
  /** Returns the new certificate's ARN. */
  issueCertificate(input: IssueInput): Promise<string>;
  /** PEM of the leaf, and of what signed it from the issuing CA upward. */
  getCertificate(authorityArn: string, certificateArn: string): Promise<{ certificate: string; chain: string }>;
  describeCertificateAuthority(arn: string): Promise<CertificateAuthority>;
  getCallerIdentity(): Promise<{ arn: string; account: string }>;
}

/** Makes the API of an identity; the same one for the same identity. */
export interface AwsClients {
  get(spec: IdentitySpec): AwsApi;
  /** Forgets the identity's credentials and connections: the next `get` starts afresh. */
  forget(spec: IdentitySpec): void;
  close(): void;
}

export function createAwsClients(options: { readonly call: AwsCall; readonly version: string }): AwsClients {
  const known = new Map<string, AwsApi>();
  // Sockets are shared by all identities: what identifies a caller is in the signature, not in the connection.
  const requestHandler = createRequestHandler();
  return {
    get(spec) {
      const key = identityKey(spec);
      const api = known.get(key) ?? createAwsApi(spec, options.call, options.version, requestHandler);
      known.set(key, api);
      return api;
    },
    forget: (spec) => void known.delete(identityKey(spec)),
    close: () => requestHandler.destroy(),
  };
}

/** How long an answer may take to begin, and then to go on. Within a call's deadline, which has the last word. */
const silenceMs = 15_000;

function createRequestHandler(): NodeHttpHandler {
  const agentOptions = { keepAlive: true, maxSockets: 64 };
  return new NodeHttpHandler({
    connectionTimeout: 5_000,
    // Credential providers call without a signal: without these, one silent socket would hold up its identity for ever.
    requestTimeout: silenceMs,
    throwOnRequestTimeout: true,
    socketTimeout: silenceMs,
    httpAgent: new HttpAgent(agentOptions),
    httpsAgent: new HttpsAgent(agentOptions),
  });
}

function createAwsApi(spec: IdentitySpec, call: AwsCall, version: string, requestHandler: NodeHttpHandler): AwsApi {
  const common: ClientSettings = {
    requestHandler,
    // Repeating is decided where it is known what a repetition costs, and no worker sleeps inside a client.
    maxAttempts: 1,
    customUserAgent: [['aws-privateca-issuer', version]],
  };
  const settings = { ...common, region: spec.region, credentials: createCredentialProvider(spec, common) };
  const pca = new ACMPCAClient(settings);
  const sts = new STSClient(settings);
  return {
    region: spec.region,
    roles: rolesOf(spec),
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
    getCallerIdentity: () =>
      call('sts', 'GetCallerIdentity', async (options) => {
        const output = await sts.send(new GetCallerIdentityCommand({}), options);
        return { arn: required(output.Arn, 'Arn'), account: required(output.Account, 'Account') };
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

/** A successful answer without its one field is no answer: the call's outcome is unknown. */
function required<T>(value: T | undefined, field: string): T {
  if (value === undefined) throw new Error(`the answer lacks ${field}`);
  return value;
}
