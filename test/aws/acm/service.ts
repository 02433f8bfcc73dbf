import { createHash } from 'node:crypto';
import { ServiceError } from '../errors.ts';
import { encodeJsonError, encodeJsonResult, jsonAuthenticationCode } from '../json-protocol.ts';
import { parseJsonRequest, targetsService } from '../json-protocol.ts';
import type { Call, Invocation, Service } from '../service.ts';
import { describeAccount, listAccounts, revokeAccount } from './accounts.ts';
import { createBinding, deleteBinding, describeBinding, getBindingCredentials } from './bindings.ts';
import { listBindings, revokeBinding } from './bindings.ts';
import { createValidation, deleteValidation, describeValidation } from './domain-validations.ts';
import { listValidations, updateValidation } from './domain-validations.ts';
import { createEndpoint, deleteEndpoint, describeEndpoint, listEndpoints, updateEndpoint } from './endpoints.ts';
import { deleteCertificate, describeCertificate } from './certificates/describe.ts';
import { importCertificate } from './certificates/import.ts';
import { listCertificates } from './certificates/list.ts';
import { requestCertificate } from './certificates/request.ts';
import { addTagsToCertificate, listTagsForCertificate } from './certificates/tags.ts';
import { listTagsForResource, tagResource, untagResource } from './resource-tags.ts';
import type { AcmState } from './state.ts';

const TARGET = 'CertificateManager';

type Operation = (state: AcmState, call: Call) => unknown;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateAcmeEndpoint: createEndpoint,
  DescribeAcmeEndpoint: describeEndpoint,
  ListAcmeEndpoints: listEndpoints,
  UpdateAcmeEndpoint: updateEndpoint,
  DeleteAcmeEndpoint: deleteEndpoint,
  CreateAcmeDomainValidation: createValidation,
  DescribeAcmeDomainValidation: describeValidation,
  ListAcmeDomainValidations: listValidations,
  UpdateAcmeDomainValidation: updateValidation,
  DeleteAcmeDomainValidation: deleteValidation,
  CreateAcmeExternalAccountBinding: createBinding,
  DescribeAcmeExternalAccountBinding: describeBinding,
  ListAcmeExternalAccountBindings: listBindings,
  GetAcmeExternalAccountBindingCredentials: getBindingCredentials,
  RevokeAcmeExternalAccountBinding: revokeBinding,
  DeleteAcmeExternalAccountBinding: deleteBinding,
  DescribeAcmeAccount: describeAccount,
  ListAcmeAccounts: listAccounts,
  RevokeAcmeAccount: revokeAccount,
  RequestCertificate: requestCertificate,
  DescribeCertificate: describeCertificate,
  ListCertificates: listCertificates,
  ListTagsForCertificate: listTagsForCertificate,
  AddTagsToCertificate: addTagsToCertificate,
  ImportCertificate: importCertificate,
  DeleteCertificate: deleteCertificate,
  TagResource: tagResource,
  UntagResource: untagResource,
  ListTagsForResource: listTagsForResource,
};

/** AWS Certificate Manager. https://docs.aws.amazon.com/acm/latest/APIReference/Welcome.html */
export function createAcmService(state: AcmState): Service {
  return {
    name: 'acm',
    recognizes: (request) => targetsService(request, TARGET),
    parse: (request) => parseJsonRequest(request, TARGET),
    needsSignature: () => true,
    refuseBeyondQuota: beyondQuota,
    describe,
    execute: async (call) => operationOf(call)(state, call),
    authenticationCode: jsonAuthenticationCode,
    encodeResult: (_operation, result, requestId) => encodeJsonResult(result, requestId),
    encodeError: encodeJsonError,
  };
}

function operationOf({ operation }: Invocation): Operation {
  const perform = Object.hasOwn(OPERATIONS, operation) ? OPERATIONS[operation] : undefined;
  if (!perform) throw new ServiceError('UnknownOperationException', `No operation ${operation}.`);
  return perform;
}

function beyondQuota(operation: string): ServiceError {
  const throttlingReasons = [{ reason: 'accountRequestRateExceeded', resource: operation }];
  return new ServiceError('ThrottlingException', 'Rate exceeded', 400, { members: { throttlingReasons } });
}

function describe({ parameters }: Invocation): Readonly<Record<string, unknown>> {
  const { PrivateKey, ...others } = parameters;
  if (typeof PrivateKey !== 'string') return others;
  return { ...others, PrivateKeySha256: createHash('sha256').update(PrivateKey).digest('hex') };
}
