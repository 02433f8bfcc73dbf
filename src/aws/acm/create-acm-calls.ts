import {
  ACMClient,
  CreateAcmeDomainValidationCommand,
  CreateAcmeEndpointCommand,
  CreateAcmeExternalAccountBindingCommand,
  DeleteAcmeDomainValidationCommand,
  DeleteAcmeEndpointCommand,
  DeleteAcmeExternalAccountBindingCommand,
  DescribeAcmeAccountCommand,
  DescribeAcmeDomainValidationCommand,
  DescribeAcmeEndpointCommand,
  DescribeAcmeExternalAccountBindingCommand,
  GetAcmeExternalAccountBindingCredentialsCommand,
  ListAcmeAccountsCommand,
  ListAcmeDomainValidationsCommand,
  ListAcmeEndpointsCommand,
  ListAcmeExternalAccountBindingsCommand,
  ListTagsForResourceCommand,
  RevokeAcmeAccountCommand,
  RevokeAcmeExternalAccountBindingCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAcmeDomainValidationCommand,
  UpdateAcmeEndpointCommand,
} from '@aws-sdk/client-acm';
import type { AwsCall } from '../call.ts';
import { required } from '../required.ts';
import type { SdkSettings } from '../sdk-settings.ts';
import type { AcmCalls } from './acm-calls.ts';
import { acmEndpoint } from './acm-endpoint.ts';
import {
  toAccount,
  toAuthority,
  toBinding,
  toEndpoint,
  toExpiration,
  toNewAuthority,
  toPage,
  toPrevalidation,
  toSdkTags,
  toSdkTagsIfAny,
  toTags,
  toValidation,
} from './translate.ts';

type Send<O> = (acm: ACMClient, options: { readonly abortSignal: AbortSignal }) => Promise<O>;

/** The largest page that ACM gives. */
const MaxResults = 100;

export function createAcmCalls(settings: SdkSettings, call: AwsCall): AcmCalls {
  const acm = new ACMClient({
    ...settings,
    endpointProvider: (parameters) => ({
      url: acmEndpoint(parameters, settings.ignoreConfiguredEndpointUrls),
    }),
  });
  const send = <O>(operation: string, how: Send<O>): Promise<O> =>
    call('acm', operation, (options) => how(acm, options));
  return { ...endpoints(send), ...validations(send), ...bindings(send), ...accounts(send), ...tags(send) };
}

type Sender = <O>(operation: string, how: Send<O>) => Promise<O>;

const endpoints = (send: Sender) =>
  ({
    createAcmeEndpoint: ({ idempotencyToken, contact, allowedKeyAlgorithms, tags: own, certificateTags }) =>
      send('CreateAcmeEndpoint', async (acm, options) => {
        const input = {
          IdempotencyToken: idempotencyToken,
          AuthorizationBehavior: 'PRE_APPROVED',
          Contact: contact,
          CertificateAuthority: toNewAuthority(allowedKeyAlgorithms),
          Tags: toSdkTagsIfAny(own),
          CertificateTags: toSdkTagsIfAny(certificateTags),
        } as const;
        const output = await acm.send(new CreateAcmeEndpointCommand(input), options);
        return required(output.AcmeEndpointArn, 'AcmeEndpointArn');
      }),
    describeAcmeEndpoint: (arn) =>
      send('DescribeAcmeEndpoint', async (acm, options) => {
        const output = await acm.send(new DescribeAcmeEndpointCommand({ AcmeEndpointArn: arn }), options);
        return toEndpoint(required(output.AcmeEndpoint, 'AcmeEndpoint'));
      }),
    listAcmeEndpoints: (NextToken) =>
      send('ListAcmeEndpoints', async (acm, options) => {
        const output = await acm.send(new ListAcmeEndpointsCommand({ NextToken, MaxResults }), options);
        return toPage(output.AcmeEndpoints, output.NextToken, toEndpoint);
      }),
    updateAcmeEndpoint: ({ arn, contact, allowedKeyAlgorithms }) =>
      send('UpdateAcmeEndpoint', async (acm, options) => {
        const input = {
          AcmeEndpointArn: arn,
          ...(contact && { Contact: contact }),
          ...(allowedKeyAlgorithms && { CertificateAuthority: toAuthority(allowedKeyAlgorithms) }),
        };
        await acm.send(new UpdateAcmeEndpointCommand(input), options);
      }),
    deleteAcmeEndpoint: (arn) =>
      send('DeleteAcmeEndpoint', async (acm, options) => {
        await acm.send(new DeleteAcmeEndpointCommand({ AcmeEndpointArn: arn }), options);
      }),
  }) satisfies Partial<AcmCalls>;

const validations = (send: Sender) =>
  ({
    createAcmeDomainValidation: ({ idempotencyToken, endpointArn, domain, tags: own, ...options_ }) =>
      send('CreateAcmeDomainValidation', async (acm, options) => {
        const input = {
          IdempotencyToken: idempotencyToken,
          AcmeEndpointArn: endpointArn,
          DomainName: domain,
          PrevalidationOptions: toPrevalidation(options_),
          Tags: toSdkTagsIfAny(own),
        };
        const output = await acm.send(new CreateAcmeDomainValidationCommand(input), options);
        return required(output.AcmeDomainValidationArn, 'AcmeDomainValidationArn');
      }),
    describeAcmeDomainValidation: (arn) =>
      send('DescribeAcmeDomainValidation', async (acm, options) => {
        const input = { AcmeDomainValidationArn: arn };
        const output = await acm.send(new DescribeAcmeDomainValidationCommand(input), options);
        return toValidation(required(output.AcmeDomainValidation, 'AcmeDomainValidation'));
      }),
    listAcmeDomainValidations: (endpointArn, NextToken) =>
      send('ListAcmeDomainValidations', async (acm, options) => {
        const input = { AcmeEndpointArn: endpointArn, NextToken, MaxResults };
        const output = await acm.send(new ListAcmeDomainValidationsCommand(input), options);
        return toPage(output.AcmeDomainValidations, output.NextToken, toValidation);
      }),
    updateAcmeDomainValidation: ({ arn, ...options_ }) =>
      send('UpdateAcmeDomainValidation', async (acm, options) => {
        const input = { AcmeDomainValidationArn: arn, PrevalidationOptions: toPrevalidation(options_) };
        await acm.send(new UpdateAcmeDomainValidationCommand(input), options);
      }),
    deleteAcmeDomainValidation: (arn) =>
      send('DeleteAcmeDomainValidation', async (acm, options) => {
        await acm.send(new DeleteAcmeDomainValidationCommand({ AcmeDomainValidationArn: arn }), options);
      }),
  }) satisfies Partial<AcmCalls>;

const bindings = (send: Sender) =>
  ({
    createAcmeExternalAccountBinding: ({ idempotencyToken, endpointArn, roleArn, expiresAfterMinutes, tags: own }) =>
      send('CreateAcmeExternalAccountBinding', async (acm, options) => {
        const input = {
          IdempotencyToken: idempotencyToken,
          AcmeEndpointArn: endpointArn,
          RoleArn: roleArn,
          ...toExpiration(expiresAfterMinutes),
          Tags: toSdkTagsIfAny(own),
        };
        const output = await acm.send(new CreateAcmeExternalAccountBindingCommand(input), options);
        return toBinding(required(output.ExternalAccountBinding, 'ExternalAccountBinding'));
      }),
    describeAcmeExternalAccountBinding: (arn) =>
      send('DescribeAcmeExternalAccountBinding', async (acm, options) => {
        const input = { AcmeExternalAccountBindingArn: arn };
        const output = await acm.send(new DescribeAcmeExternalAccountBindingCommand(input), options);
        return toBinding(required(output.ExternalAccountBinding, 'ExternalAccountBinding'));
      }),
    listAcmeExternalAccountBindings: (endpointArn, NextToken) =>
      send('ListAcmeExternalAccountBindings', async (acm, options) => {
        const input = { AcmeEndpointArn: endpointArn, NextToken, MaxResults };
        const output = await acm.send(new ListAcmeExternalAccountBindingsCommand(input), options);
        return toPage(output.ExternalAccountBindings, output.NextToken, toBinding);
      }),
    getAcmeExternalAccountBindingCredentials: (arn) =>
      send('GetAcmeExternalAccountBindingCredentials', async (acm, options) => {
        const input = { AcmeExternalAccountBindingArn: arn };
        const output = await acm.send(new GetAcmeExternalAccountBindingCredentialsCommand(input), options);
        return { keyId: required(output.KeyId, 'KeyId'), macKey: required(output.MacKey, 'MacKey') };
      }),
    revokeAcmeExternalAccountBinding: (arn) =>
      send('RevokeAcmeExternalAccountBinding', async (acm, options) => {
        await acm.send(new RevokeAcmeExternalAccountBindingCommand({ AcmeExternalAccountBindingArn: arn }), options);
      }),
    deleteAcmeExternalAccountBinding: (arn) =>
      send('DeleteAcmeExternalAccountBinding', async (acm, options) => {
        await acm.send(new DeleteAcmeExternalAccountBindingCommand({ AcmeExternalAccountBindingArn: arn }), options);
      }),
  }) satisfies Partial<AcmCalls>;

const accounts = (send: Sender) =>
  ({
    describeAcmeAccount: (endpointArn, accountUrl) =>
      send('DescribeAcmeAccount', async (acm, options) => {
        const input = { AcmeEndpointArn: endpointArn, AccountUrl: accountUrl };
        const output = await acm.send(new DescribeAcmeAccountCommand(input), options);
        return toAccount(required(output.AcmeAccount, 'AcmeAccount'));
      }),
    listAcmeAccounts: (endpointArn, NextToken) =>
      send('ListAcmeAccounts', async (acm, options) => {
        const input = { AcmeEndpointArn: endpointArn, NextToken, MaxResults };
        const output = await acm.send(new ListAcmeAccountsCommand(input), options);
        return toPage(output.AcmeAccounts, output.NextToken, toAccount);
      }),
    revokeAcmeAccount: (endpointArn, accountUrl) =>
      send('RevokeAcmeAccount', async (acm, options) => {
        const input = { AcmeEndpointArn: endpointArn, AccountUrl: accountUrl };
        await acm.send(new RevokeAcmeAccountCommand(input), options);
      }),
  }) satisfies Partial<AcmCalls>;

const tags = (send: Sender) =>
  ({
    tagResource: (arn, wanted) =>
      send('TagResource', async (acm, options) => {
        await acm.send(new TagResourceCommand({ ResourceArn: arn, Tags: toSdkTags(wanted) }), options);
      }),
    untagResource: (arn, keys) =>
      send('UntagResource', async (acm, options) => {
        await acm.send(new UntagResourceCommand({ ResourceArn: arn, TagKeys: [...keys] }), options);
      }),
    listTagsForResource: (arn) =>
      send('ListTagsForResource', async (acm, options) => {
        const output = await acm.send(new ListTagsForResourceCommand({ ResourceArn: arn }), options);
        return toTags(output.Tags);
      }),
  }) satisfies Partial<AcmCalls>;
