import type * as Sdk from '@aws-sdk/client-acm';
import { required } from '../required.ts';
import { sanitize } from '../sanitize.ts';
import type {
  AcmeAccount,
  AcmeDomainValidation,
  AcmeEndpoint,
  AcmeExternalAccountBinding,
  DomainScope,
  Page,
  Tags,
} from './acm-calls.ts';

/** Of optional fields only those that are there. */
type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
const present = <T extends object>(fields: T): Present<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;

export function toPage<S, T>(
  items: readonly S[] | undefined,
  nextToken: string | undefined,
  to: (item: S) => T,
): Page<T> {
  return { items: (items ?? []).map(to), ...(nextToken ? { nextToken } : {}) };
}

export const toTags = (tags: readonly Sdk.Tag[] = []): Tags =>
  Object.fromEntries(tags.map(({ Key, Value }) => [Key ?? '', Value ?? '']));

/** Undefined for none: AWS takes no empty lists of tags. */
export const toSdkTagsIfAny = (tags: Tags): Sdk.Tag[] | undefined =>
  Object.keys(tags).length > 0 ? toSdkTags(tags) : undefined;

export const toSdkTags = (tags: Tags): Sdk.Tag[] => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** Names that the service does not know are its own to refuse. */
export const toAuthority = (allowedKeyAlgorithms: readonly string[]): Sdk.CertificateAuthority => ({
  PublicCertificateAuthority: { AllowedKeyAlgorithms: [...allowedKeyAlgorithms] as Sdk.PublicKeyAlgorithm[] },
});

/** Of a new endpoint: none named are left to the service. */
export const toNewAuthority = (allowedKeyAlgorithms: readonly string[]): Sdk.CertificateAuthority =>
  allowedKeyAlgorithms.length > 0 ? toAuthority(allowedKeyAlgorithms) : { PublicCertificateAuthority: {} };

const option = (enabled: boolean): Sdk.DomainScopeOption => (enabled ? 'ENABLED' : 'DISABLED');

export function toPrevalidation({
  scope,
  hostedZoneId,
}: {
  readonly scope: DomainScope;
  readonly hostedZoneId?: string;
}): Sdk.PrevalidationOptions {
  const { exact, subdomains, wildcards } = scope;
  return {
    DnsPrevalidation: {
      DomainScope: { ExactDomain: option(exact), Subdomains: option(subdomains), Wildcards: option(wildcards) },
      ...(hostedZoneId === undefined ? {} : { HostedZoneId: hostedZoneId }),
    },
  };
}

export const toExpiration = (minutes: number | undefined): { Expiration?: Sdk.Expiration } =>
  minutes === undefined ? {} : { Expiration: { Value: minutes, Type: 'MINUTES' } };

/** Of a failure, as they may stand in a condition. */
const words = (text: string | undefined): string | undefined => (text ? sanitize(text) : undefined);

export function toEndpoint(endpoint: Sdk.AcmeEndpoint): AcmeEndpoint {
  const { AcmeEndpointArn, Status = 'UNKNOWN', Contact = 'NOT_REQUIRED', CertificateAuthority } = endpoint;
  return {
    arn: required(AcmeEndpointArn, 'AcmeEndpointArn'),
    status: Status,
    contact: Contact,
    allowedKeyAlgorithms: CertificateAuthority?.PublicCertificateAuthority?.AllowedKeyAlgorithms ?? [],
    certificateTags: toTags(endpoint.CertificateTags),
    ...present({ url: endpoint.EndpointUrl, failureReason: words(endpoint.FailureReason) }),
  };
}

export function toValidation(validation: Sdk.AcmeDomainValidation): AcmeDomainValidation {
  const { AcmeDomainValidationArn, AcmeEndpointArn, DomainName, Status = 'UNKNOWN' } = validation;
  const {
    DomainScope: scope = {},
    HostedZoneId,
    ResourceRecord,
  } = validation.PrevalidationDetails?.DnsPrevalidation ?? {};
  return {
    arn: required(AcmeDomainValidationArn, 'AcmeDomainValidationArn'),
    endpointArn: AcmeEndpointArn ?? '',
    domain: required(DomainName, 'DomainName'),
    status: Status,
    scope: {
      exact: scope.ExactDomain === 'ENABLED',
      subdomains: scope.Subdomains === 'ENABLED',
      wildcards: scope.Wildcards === 'ENABLED',
    },
    ...present({
      hostedZoneId: HostedZoneId,
      record: toRecord(ResourceRecord),
      failure: toFailure(validation.FailureDetails),
      createdAt: validation.CreatedAt,
      updatedAt: validation.UpdatedAt,
    }),
  };
}

function toRecord(record: Sdk.ResourceRecord | undefined): AcmeDomainValidation['record'] | undefined {
  return record?.Name && record.Value ? { name: record.Name, value: record.Value } : undefined;
}

function toFailure(failure: Sdk.FailureDetails | undefined): AcmeDomainValidation['failure'] | undefined {
  return failure?.Reason && { reason: failure.Reason, ...present({ message: words(failure.Message) }) };
}

export function toBinding(binding: Sdk.AcmeExternalAccountBinding): AcmeExternalAccountBinding {
  return {
    arn: required(binding.AcmeExternalAccountBindingArn, 'AcmeExternalAccountBindingArn'),
    endpointArn: binding.AcmeEndpointArn ?? '',
    roleArn: binding.RoleArn ?? '',
    ...present({
      expiresAt: binding.ExpiresAt,
      revokedAt: binding.RevokedAt,
      lastUsedAt: binding.LastUsedAt,
      createdAt: binding.CreatedAt,
    }),
  };
}

export function toAccount(account: Sdk.AcmeAccount): AcmeAccount {
  return {
    url: required(account.AccountUrl, 'AccountUrl'),
    status: account.Status ?? 'UNKNOWN',
    ...present({
      publicKeyThumbprint: account.PublicKeyThumbprint,
      bindingArn: account.AcmeExternalAccountBindingArn,
      createdAt: account.CreatedAt,
    }),
  };
}
