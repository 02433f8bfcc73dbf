import {
  ACMClient,
  CreateAcmeDomainValidationCommand,
  CreateAcmeEndpointCommand,
  CreateAcmeExternalAccountBindingCommand,
  DescribeAcmeDomainValidationCommand,
  DescribeAcmeEndpointCommand,
  GetAcmeExternalAccountBindingCredentialsCommand,
  type AcmeDomainValidation,
  type CreateAcmeEndpointCommandInput,
} from '@aws-sdk/client-acm';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { AwsStandIn } from '../index.ts';
import { TestAcmeClient, type ExternalAccount } from './acme-client.ts';
import type { Signer } from './clients.ts';

export interface DomainScopeWish {
  /** Default true. */
  readonly exact?: boolean;
  readonly subdomains?: boolean;
  readonly wildcards?: boolean;
  readonly hostedZoneId?: string;
}

/** The unmodified SDK client; it tries once, so that a test sees what the stand-in answered. */
export function acmClient({ endpoint, identity, region = 'us-east-1' }: Signer): ACMClient {
  const requestHandler = new NodeHttpHandler();
  return new ACMClient({ endpoint, region, credentials: identity, maxAttempts: 1, requestHandler });
}

/** Creates an ACME endpoint; its ARN and directory. */
export async function createEndpoint(
  acm: ACMClient,
  wish: Partial<CreateAcmeEndpointCommandInput> = {},
): Promise<{ readonly arn: string; readonly url: string }> {
  const CertificateAuthority = { PublicCertificateAuthority: {} };
  const command = new CreateAcmeEndpointCommand({
    AuthorizationBehavior: 'PRE_APPROVED',
    CertificateAuthority,
    ...wish,
  });
  const { AcmeEndpointArn = '' } = await acm.send(command);
  const { AcmeEndpoint } = await acm.send(new DescribeAcmeEndpointCommand({ AcmeEndpointArn }));
  return { arn: AcmeEndpointArn, url: AcmeEndpoint?.EndpointUrl ?? '' };
}

/** Creates a domain validation; its ARN. */
export async function createValidation(
  acm: ACMClient,
  endpointArn: string,
  DomainName: string,
  { exact = true, subdomains = false, wildcards = false, hostedZoneId }: DomainScopeWish = {},
): Promise<string> {
  const flag = (isOn: boolean): 'ENABLED' | 'DISABLED' => (isOn ? 'ENABLED' : 'DISABLED');
  const DomainScope = { ExactDomain: flag(exact), Subdomains: flag(subdomains), Wildcards: flag(wildcards) };
  const zone = hostedZoneId === undefined ? {} : { HostedZoneId: hostedZoneId };
  const PrevalidationOptions = { DnsPrevalidation: { DomainScope, ...zone } };
  const input = { AcmeEndpointArn: endpointArn, DomainName, PrevalidationOptions };
  const { AcmeDomainValidationArn = '' } = await acm.send(new CreateAcmeDomainValidationCommand(input));
  return AcmeDomainValidationArn;
}

export async function describeValidation(acm: ACMClient, arn: string): Promise<AcmeDomainValidation> {
  const command = new DescribeAcmeDomainValidationCommand({ AcmeDomainValidationArn: arn });
  return (await acm.send(command)).AcmeDomainValidation ?? {};
}

/** The CNAME that a validation asks for. */
export async function recordOf(
  acm: ACMClient,
  arn: string,
): Promise<{ readonly name: string; readonly value: string }> {
  const { PrevalidationDetails } = await describeValidation(acm, arn);
  const { Name = '', Value = '' } = PrevalidationDetails?.DnsPrevalidation?.ResourceRecord ?? {};
  return { name: Name, value: Value };
}

/** Creates a domain validation with its CNAME in place, so that it is VALID. */
export async function validateDomain(
  aws: AwsStandIn,
  acm: ACMClient,
  endpointArn: string,
  domain: string,
  scope?: DomainScopeWish,
): Promise<string> {
  const arn = await createValidation(acm, endpointArn, domain, scope);
  const { name, value } = await recordOf(acm, arn);
  await aws.setPublicRecord({ name, cname: value });
  return arn;
}

/** A role that ACM may take to issue. */
export async function issuanceRole(aws: AwsStandIn, name = 'acme-issuance'): Promise<string> {
  return (await aws.createRole({ name, trust: ['acm-acme.amazonaws.com'] })).arn;
}

export interface Binding extends ExternalAccount {
  readonly arn: string;
}

export async function createBinding(acm: ACMClient, endpointArn: string, roleArn: string): Promise<Binding> {
  const input = { AcmeEndpointArn: endpointArn, RoleArn: roleArn };
  const { ExternalAccountBinding } = await acm.send(new CreateAcmeExternalAccountBindingCommand(input));
  const arn = ExternalAccountBinding?.AcmeExternalAccountBindingArn ?? '';
  const credentials = new GetAcmeExternalAccountBindingCredentialsCommand({ AcmeExternalAccountBindingArn: arn });
  const { KeyId = '', MacKey = '' } = await acm.send(credentials);
  return { arn, keyId: KeyId, macKey: MacKey };
}

/** An endpoint that issues for a domain, with a registered account. */
export interface AcmeBench {
  readonly endpointArn: string;
  readonly directoryUrl: string;
  readonly validationArn: string;
  readonly roleArn: string;
  readonly binding: Binding;
  readonly client: TestAcmeClient;
}

export async function acmeBench(
  aws: AwsStandIn,
  acm: ACMClient,
  { domain = 'example.com', ...endpoint }: { readonly domain?: string } & Partial<CreateAcmeEndpointCommandInput> = {},
): Promise<AcmeBench> {
  const { arn: endpointArn, url: directoryUrl } = await createEndpoint(acm, endpoint);
  const scope = { exact: true, subdomains: true, wildcards: true };
  const validationArn = await validateDomain(aws, acm, endpointArn, domain, scope);
  const roleArn = await issuanceRole(aws, `issuance-${endpointArn.slice(-12)}`);
  const binding = await createBinding(acm, endpointArn, roleArn);
  const client = new TestAcmeClient({ directoryUrl });
  await client.register(binding);
  return { endpointArn, directoryUrl, validationArn, roleArn, binding, client };
}
