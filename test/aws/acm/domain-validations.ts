import { randomUUID } from 'node:crypto';
import type { Call } from '../service.ts';
import { conflict, requireAllowed, requireOwn, tokenKeyOf } from './access.ts';
import { requireActiveEndpoint, requireEndpoint } from './endpoint-state.ts';
import { provisionRecord } from './hosted-zone.ts';
import { LIMITS, requireRoom } from './limits.ts';
import { cutPage } from './pages.ts';
import { readOptionalChoice, readOptionalStructure, readOptionalText, readStructure, readText } from './read.ts';
import { seconds, type Parameters } from './read.ts';
import type { AcmeEndpoint, AcmState, DomainScope, DomainValidation } from './state.ts';
import { readTags } from './tags.ts';
import { validationRecord } from './validation-record.ts';
import { findValidation, readValidationArn, requireValidation } from './validation-state.ts';
import { validationsOf, validationStatus } from './validation-state.ts';

const DOMAIN = /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const ZONE = /^Z[A-Z0-9]+$/;
const SWITCH = ['ENABLED', 'DISABLED'] as const;

interface Options {
  readonly scope: DomainScope;
  readonly hostedZoneId: string | undefined;
}

/** CreateAcmeDomainValidation: one for each endpoint and domain. Throws ServiceError. */
export function createValidation(state: AcmState, call: Call): { readonly AcmeDomainValidationArn: string } {
  const { parameters } = call;
  const endpoint = requireActiveEndpoint(state, call);
  const domainName = readText(parameters, 'DomainName', { pattern: DOMAIN, max: 253 });
  const options = readOptions(readStructure(parameters, 'PrevalidationOptions'));
  const tags = readTags(parameters);
  if (tags.size > 0) requireAllowed(state, call, endpoint.arn, 'acm:TagResource');
  const token = readOptionalText(parameters, 'IdempotencyToken');
  const key = token === undefined ? undefined : tokenKeyOf(call, token);
  const known = key === undefined ? undefined : state.idempotency.recall(key, parameters, 'ConflictException');
  if (known !== undefined && findValidation(state, known)) return { AcmeDomainValidationArn: known };
  requireNew(state, endpoint, domainName);
  const validation = { ...newValidation(state, endpoint, domainName, options), tags };
  state.validations.set(validation.arn, validation);
  if (key !== undefined) state.idempotency.remember(key, parameters, validation.arn);
  provisionRecord(state, call, validation);
  return { AcmeDomainValidationArn: validation.arn };
}

function readOptions(given: Parameters): Options {
  const options = readStructure(given, 'DnsPrevalidation');
  const scope = readOptionalStructure(options, 'DomainScope') ?? {};
  const isOn = (name: string, usual: boolean): boolean =>
    (readOptionalChoice(scope, name, SWITCH) ?? (usual ? 'ENABLED' : 'DISABLED')) === 'ENABLED';
  return {
    // Without any scope, ACM validates the domain itself.
    scope: {
      exact: isOn('ExactDomain', Object.keys(scope).length === 0),
      subdomains: isOn('Subdomains', false),
      wildcards: isOn('Wildcards', false),
    },
    hostedZoneId: readOptionalText(options, 'HostedZoneId', { pattern: ZONE, max: 32 }),
  };
}

function requireNew(state: AcmState, endpoint: AcmeEndpoint, domainName: string): void {
  const others = validationsOf(state, endpoint.arn);
  const same = others.find((each) => each.domainName === domainName);
  if (same) throw conflict(`The endpoint has a domain validation for ${domainName} already: ${same.arn}.`);
  requireRoom(others.length, LIMITS.validationsOfEndpoint, 'domain validations of this ACME endpoint');
}

function newValidation(
  state: AcmState,
  endpoint: AcmeEndpoint,
  domainName: string,
  options: Options,
): Omit<DomainValidation, 'tags'> {
  const now = state.times.clock.now();
  return {
    arn: `${endpoint.arn}/acme-domain-validation/${randomUUID()}`,
    endpointArn: endpoint.arn,
    domainName,
    ...options,
    record: validationRecord(endpoint.arn, domainName),
    recordShownAt: now + state.settings.recordDelayMs,
    createdAt: now,
    updatedAt: now,
    begunAt: now,
    status: 'VALIDATING',
    failure: undefined,
    seenAt: undefined,
    goneAt: undefined,
  };
}

/** DescribeAcmeDomainValidation. Throws ServiceError. */
export function describeValidation(state: AcmState, call: Call): unknown {
  return { AcmeDomainValidation: show(state, requireValidation(state, call)) };
}

/** ListAcmeDomainValidations. Throws ServiceError. */
export function listValidations(state: AcmState, call: Call): unknown {
  const endpoint = requireEndpoint(state, call);
  const rule = { member: 'MaxResults', most: 100, usual: state.settings.pageSize } as const;
  const { entries, next } = cutPage(call.parameters, validationsOf(state, endpoint.arn), ({ arn }) => arn, rule);
  return { AcmeDomainValidations: entries.map((validation) => show(state, validation)), ...next };
}

/**
 * UpdateAcmeDomainValidation: scope and hosted zone. Not while it is being validated, and afterwards it is validated anew, as
 * AWS's own controller has it: https://github.com/aws-controllers-k8s/acm-controller/pull/113. Throws ServiceError.
 */
export function updateValidation(state: AcmState, call: Call): unknown {
  const validation = requireValidation(state, call);
  const status = validationStatus(state, validation);
  if (status === 'DELETING') throw conflict(`${validation.arn} is being deleted.`);
  if (status === 'VALIDATING') throw conflict(`${validation.arn} is being validated.`);
  const given = readOptionalStructure(call.parameters, 'PrevalidationOptions');
  if (!given) return {};
  const { scope, hostedZoneId } = readOptions(given);
  validation.scope = scope;
  validation.hostedZoneId = hostedZoneId;
  beginAnew(validation, state.times.clock.now());
  provisionRecord(state, call, validation);
  return {};
}

function beginAnew(validation: DomainValidation, now: number): void {
  validation.status = 'VALIDATING';
  validation.failure = undefined;
  validation.seenAt = undefined;
  validation.begunAt = now;
  validation.updatedAt = now;
}

/** DeleteAcmeDomainValidation: one that is not there is deleted already. Throws ServiceError. */
export function deleteValidation(state: AcmState, call: Call): unknown {
  const arn = readValidationArn(call);
  requireOwn(state, call, arn);
  const validation = findValidation(state, arn);
  if (validation) removeValidation(state, validation);
  return {};
}

export function removeValidation(state: AcmState, validation: DomainValidation): void {
  validation.goneAt ??= state.times.clock.now() + state.settings.deletingTimeMs;
}

const flag = (isOn: boolean): string => (isOn ? 'ENABLED' : 'DISABLED');

function show(state: AcmState, validation: DomainValidation): unknown {
  const { record, scope, hostedZoneId, failure } = validation;
  const isShown = state.times.clock.now() >= validation.recordShownAt;
  const ResourceRecord = { Name: record.name, Type: 'CNAME', Value: record.value };
  const DomainScope = {
    ExactDomain: flag(scope.exact),
    Subdomains: flag(scope.subdomains),
    Wildcards: flag(scope.wildcards),
  };
  return {
    AcmeDomainValidationArn: validation.arn,
    AcmeEndpointArn: validation.endpointArn,
    DomainName: validation.domainName,
    PrevalidationType: 'DNS_PREVALIDATION',
    PrevalidationDetails: {
      DnsPrevalidation: {
        DomainScope,
        ...(hostedZoneId !== undefined && { HostedZoneId: hostedZoneId }),
        ...(isShown && { ResourceRecord }),
      },
    },
    Status: validationStatus(state, validation),
    ...(failure && { FailureDetails: { Reason: failure.reason, Message: failure.message } }),
    CreatedAt: seconds(validation.createdAt),
    UpdatedAt: seconds(validation.updatedAt),
  };
}
