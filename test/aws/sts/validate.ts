import { ServiceError } from '../errors.ts';

/** What AssumeRole and AssumeRoleWithWebIdentity have in common. */
export interface SessionRequest {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly durationSeconds?: number;
  readonly externalId?: string;
}

const NAME = /^[\w+=,.@-]{2,64}$/;
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;

/** The constraints of https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export function readSessionRequest(parameters: Readonly<Record<string, unknown>>): SessionRequest {
  const { RoleArn, RoleSessionName, DurationSeconds, ExternalId } = parameters;
  if (typeof RoleArn !== 'string' || RoleArn.length < 20) refuse('roleArn', 'Member must be an ARN of a role');
  if (typeof RoleSessionName !== 'string' || !NAME.test(RoleSessionName)) {
    refuse('roleSessionName', `Member must satisfy regular expression pattern: ${NAME.source}`);
  }
  return {
    roleArn: RoleArn,
    sessionName: RoleSessionName,
    ...(DurationSeconds !== undefined && { durationSeconds: readSeconds(DurationSeconds) }),
    ...(ExternalId !== undefined && { externalId: readExternalId(ExternalId) }),
  };
}

function readSeconds(value: unknown): number {
  const seconds = Number(value);
  if (Number.isInteger(seconds) && seconds >= 900 && seconds <= 43_200) return seconds;
  return refuse('durationSeconds', 'Member must have value between 900 and 43200');
}

function readExternalId(value: unknown): string {
  if (typeof value === 'string' && EXTERNAL_ID.test(value)) return value;
  return refuse('externalId', `Member must satisfy regular expression pattern: ${EXTERNAL_ID.source}`);
}

function refuse(member: string, constraint: string): never {
  const message = `1 validation error detected: Value at '${member}' failed to satisfy constraint: ${constraint}`;
  throw new ServiceError('ValidationError', message);
}
