import { randomUUID } from 'node:crypto';
import type { Call } from '../service.ts';
import { callerOf, conflict, requireAllowed, requireOwn, tokenKeyOf } from './access.ts';
import { ARN_PATTERNS } from './arns.ts';
import { endpointStatus, findEndpoint, removeEndpoint, requireEndpoint } from './endpoint-state.ts';
import { LIMITS, requireRoom } from './limits.ts';
import { cutPage } from './pages.ts';
import { readChoice, readOptionalChoice, readOptionalChoices, readOptionalStructure } from './read.ts';
import { readOptionalText, readStructure, readText, seconds, type Parameters } from './read.ts';
import type { AcmeEndpoint, AcmState, PublicKeyAlgorithm } from './state.ts';
import { readTags, tagList } from './tags.ts';

const BEHAVIORS = ['PRE_APPROVED'] as const;
const CONTACTS = ['REQUIRED', 'NOT_REQUIRED'] as const;
export const KEY_ALGORITHMS: readonly PublicKeyAlgorithm[] = ['RSA_2048', 'EC_prime256v1', 'EC_secp384r1'];

/** CreateAcmeEndpoint. Throws ServiceError. */
export function createEndpoint(state: AcmState, call: Call): { readonly AcmeEndpointArn: string } {
  const { parameters } = call;
  const token = readOptionalText(parameters, 'IdempotencyToken');
  const draft = readDraft(call, state);
  requireAllowed(state, call, '*');
  if (draft.tags.size > 0) requireAllowed(state, call, draft.arn, 'acm:TagResource');
  const key = token === undefined ? undefined : tokenKeyOf(call, token);
  const known = key === undefined ? undefined : state.idempotency.recall(key, parameters, 'ConflictException');
  if (known !== undefined && findEndpoint(state, known)) return { AcmeEndpointArn: known };
  requireRoom(endpointsOf(state, call).length, LIMITS.endpoints, 'ACME endpoints in this account and Region');
  state.endpoints.set(draft.arn, draft);
  if (key !== undefined) state.idempotency.remember(key, parameters, draft.arn);
  return { AcmeEndpointArn: draft.arn };
}

function readDraft(call: Call, state: AcmState): AcmeEndpoint {
  const { parameters, region } = call;
  const { account, partition } = callerOf(call);
  readChoice(parameters, 'AuthorizationBehavior', BEHAVIORS);
  const id = randomUUID();
  const now = state.times.clock.now();
  return {
    arn: `arn:${partition}:acm:${region}:${account}:acme-endpoint/${id}`,
    ...{ id, partition, account, region, createdAt: now, updatedAt: now },
    activeAt: now + state.settings.creatingTimeMs,
    contact: readOptionalChoice(parameters, 'Contact', CONTACTS) ?? 'NOT_REQUIRED',
    allowedKeyAlgorithms: readAlgorithms(readStructure(parameters, 'CertificateAuthority')),
    tags: readTags(parameters),
    certificateTags: readTags(parameters, 'CertificateTags'),
    failureReason: undefined,
    goneAt: undefined,
  };
}

function readAlgorithms(authority: Parameters): readonly PublicKeyAlgorithm[] | undefined {
  const given = readStructure(authority, 'PublicCertificateAuthority');
  const algorithms = readOptionalChoices(given, 'AllowedKeyAlgorithms', KEY_ALGORITHMS);
  return algorithms?.length === 0 ? undefined : algorithms;
}

function endpointsOf(state: AcmState, call: Call): AcmeEndpoint[] {
  const { account } = callerOf(call);
  const here = [...state.endpoints.values()].filter((each) => each.account === account && each.region === call.region);
  return here.filter(({ arn }) => findEndpoint(state, arn) !== undefined);
}

/** DescribeAcmeEndpoint. Throws ServiceError. */
export function describeEndpoint(state: AcmState, call: Call): unknown {
  return { AcmeEndpoint: show(state, requireEndpoint(state, call)) };
}

/** ListAcmeEndpoints. Throws ServiceError. */
export function listEndpoints(state: AcmState, call: Call): unknown {
  requireAllowed(state, call, '*');
  const rule = { member: 'MaxResults', most: 100, usual: state.settings.pageSize } as const;
  const { entries, next } = cutPage(call.parameters, endpointsOf(state, call), ({ arn }) => arn, rule);
  return { AcmeEndpoints: entries.map((endpoint) => show(state, endpoint)), ...next };
}

/** UpdateAcmeEndpoint. Throws ServiceError. */
export function updateEndpoint(state: AcmState, call: Call): unknown {
  const endpoint = requireEndpoint(state, call);
  const { parameters } = call;
  const now = state.times.clock.now();
  const status = endpointStatus(endpoint, now);
  if (status !== 'ACTIVE') throw conflict(`The ACME endpoint ${endpoint.arn} is ${status ?? 'gone'}.`);
  readOptionalChoice(parameters, 'AuthorizationBehavior', BEHAVIORS);
  const authority = readOptionalStructure(parameters, 'CertificateAuthority');
  const algorithms = authority && readAlgorithms(authority);
  endpoint.contact = readOptionalChoice(parameters, 'Contact', CONTACTS) ?? endpoint.contact;
  if (authority) endpoint.allowedKeyAlgorithms = algorithms;
  endpoint.updatedAt = now;
  return {};
}

/** DeleteAcmeEndpoint: an endpoint that is not there is deleted already. Throws ServiceError. */
export function deleteEndpoint(state: AcmState, call: Call): unknown {
  const arn = readText(call.parameters, 'AcmeEndpointArn', { pattern: ARN_PATTERNS.endpoint, max: 200 });
  requireOwn(state, call, arn);
  const endpoint = findEndpoint(state, arn);
  if (!endpoint) return {};
  if (endpointStatus(endpoint, state.times.clock.now()) === 'CREATING') throw conflict(`${arn} is being created.`);
  removeEndpoint(state, endpoint);
  return {};
}

export function endpointUrl(state: AcmState, { id }: AcmeEndpoint): string {
  return `${state.origin}/acme/${id}/directory`;
}

function show(state: AcmState, endpoint: AcmeEndpoint): unknown {
  const { arn, contact, allowedKeyAlgorithms, certificateTags, failureReason } = endpoint;
  return {
    AcmeEndpointArn: arn,
    EndpointUrl: endpointUrl(state, endpoint),
    Status: endpointStatus(endpoint, state.times.clock.now()),
    ...(failureReason !== undefined && { FailureReason: failureReason }),
    AuthorizationBehavior: 'PRE_APPROVED',
    Contact: contact,
    CertificateAuthority: {
      PublicCertificateAuthority: allowedKeyAlgorithms ? { AllowedKeyAlgorithms: allowedKeyAlgorithms } : {},
    },
    ...(certificateTags.size > 0 && { CertificateTags: tagList(certificateTags) }),
    CreatedAt: seconds(endpoint.createdAt),
    UpdatedAt: seconds(endpoint.updatedAt),
  };
}
