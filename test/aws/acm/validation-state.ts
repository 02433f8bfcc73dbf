import { canonicalName } from '../public-records.ts';
import type { Call } from '../service.ts';
import { notFound, requireOwn } from './access.ts';
import { ARN_PATTERNS } from './arns.ts';
import { readText } from './read.ts';
import type { AcmState, DomainValidation, ValidationStatus } from './state.ts';
import type { ValidationRecord } from './validation-record.ts';

/** ACM looks for the record this long. */
export const VALIDATION_WINDOW_MS = 72 * 3_600_000;

export function isRecordThere({ records }: AcmState, { name, value }: ValidationRecord): boolean {
  const target = records.cname(name);
  return target !== undefined && canonicalName(target) === canonicalName(value);
}

/** Moves a validation on to where the clock and the DNS have it. */
export function refreshValidation(state: AcmState, validation: DomainValidation): void {
  if (validation.status !== 'VALIDATING') return;
  const now = state.times.clock.now();
  const end = validation.begunAt + VALIDATION_WINDOW_MS;
  if (now < end && isRecordThere(state, validation.record)) validation.seenAt ??= now;
  if (validation.seenAt !== undefined && now >= validation.seenAt + state.settings.validatingTimeMs) {
    validation.status = 'VALID';
    validation.updatedAt = now;
  } else if (now >= end && validation.seenAt === undefined) {
    const message = `The CNAME record ${validation.record.name} was not found within 72 hours.`;
    failValidation(validation, 'TIMED_OUT', message, end);
  }
}

export function failValidation(validation: DomainValidation, reason: string, message: string, now: number): void {
  validation.status = 'INVALID';
  validation.failure = { reason, message };
  validation.updatedAt = now;
}

/** What a validation is now; undefined once it is gone. */
export function validationStatus(state: AcmState, validation: DomainValidation): ValidationStatus | undefined {
  if (validation.goneAt !== undefined) return state.times.clock.now() < validation.goneAt ? 'DELETING' : undefined;
  refreshValidation(state, validation);
  return validation.status;
}

export function findValidation(state: AcmState, arn: string): DomainValidation | undefined {
  const validation = state.validations.get(arn);
  return validation && validationStatus(state, validation) !== undefined ? validation : undefined;
}

export function validationsOf(state: AcmState, endpointArn: string): DomainValidation[] {
  const all = [...state.validations.values()].filter((each) => each.endpointArn === endpointArn);
  return all.filter((each) => validationStatus(state, each) !== undefined);
}

export function readValidationArn(call: Call): string {
  return readText(call.parameters, 'AcmeDomainValidationArn', { pattern: ARN_PATTERNS.validation });
}

/** The validation that the call names, if the caller may do this with it. Throws ServiceError. */
export function requireValidation(state: AcmState, call: Call): DomainValidation {
  const arn = readValidationArn(call);
  requireOwn(state, call, arn);
  const validation = findValidation(state, arn);
  if (!validation) throw notFound(arn);
  return validation;
}
