import { ServiceError } from '../errors.ts';
import { BASE64, refuse } from './refuse.ts';
import type { ApiPassthrough, IssueRequest } from './requests.ts';
import { validatePassthrough } from './validate-passthrough.ts';

/**
 * The constraints of the API model (2017-08-22) that every request passes before the service looks at its meaning.
 * https://docs.aws.amazon.com/privateca/latest/APIReference/API_IssueCertificate.html
 */
export type Parameters = Readonly<Record<string, unknown>>;

const VALIDITY_TYPES = ['ABSOLUTE', 'END_DATE', 'DAYS', 'MONTHS', 'YEARS'];
const MAX_CSR_BYTES = 32_768;

export function validateIssue(input: Parameters): IssueRequest {
  requireArn(input, 'CertificateAuthorityArn');
  requireText(input, 'SigningAlgorithm', 1, 64);
  requireCsr(input['Csr']);
  if (input['Validity'] === undefined) refuse('validity', 'Member must not be null');
  validateValidity(input['Validity'], 'validity');
  if (input['ValidityNotBefore'] !== undefined) validateValidity(input['ValidityNotBefore'], 'validityNotBefore');
  if (input['TemplateArn'] !== undefined) requireText(input, 'TemplateArn', 5, 200);
  if (input['IdempotencyToken'] !== undefined) validateToken(input);
  if (input['ApiPassthrough'] !== undefined) validatePassthrough(input['ApiPassthrough'] as ApiPassthrough);
  return input as unknown as IssueRequest;
}

export function requireArn(input: Parameters, name: string): string {
  return requireText(input, name, 5, 200);
}

export function requireText(input: Parameters, name: string, shortest: number, longest: number): string {
  const value = input[name];
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  if (typeof value !== 'string') return refuse(member, 'Member must not be null');
  if (value.length < shortest) refuse(member, `Member must have length greater than or equal to ${shortest}`);
  if (value.length > longest) refuse(member, `Member must have length less than or equal to ${longest}`);
  return value;
}

function requireCsr(csr: unknown): void {
  if (typeof csr !== 'string' || csr === '') refuse('csr', 'Member must not be null');
  if (!BASE64.test(csr)) throw new ServiceError('SerializationException', 'Csr is not valid base64.');
  const size = Buffer.byteLength(csr, 'base64');
  if (size > MAX_CSR_BYTES) refuse('csr', `Member must have length less than or equal to ${MAX_CSR_BYTES}`);
}

function validateValidity(validity: unknown, member: string): void {
  const { Type, Value } = (validity ?? {}) as { readonly Type?: unknown; readonly Value?: unknown };
  if (typeof Type !== 'string' || !VALIDITY_TYPES.includes(Type)) {
    refuse(`${member}.type`, `Member must satisfy enum value set: [${VALIDITY_TYPES.join(', ')}]`);
  }
  if (typeof Value !== 'number' || !Number.isInteger(Value)) {
    throw new ServiceError('SerializationException', `${member}.value is not a long.`);
  }
  if (Value < 1) refuse(`${member}.value`, 'Member must have value greater than or equal to 1');
}

function validateToken(input: Parameters): void {
  const token = requireText(input, 'IdempotencyToken', 1, 36);
  if (!Array.from(token).every(isTokenCharacter))
    refuse('idempotencyToken', 'Member must satisfy regular expression pattern');
}

/** Tab, line feed, carriage return, and everything from space to U+00FF. */
function isTokenCharacter(character: string): boolean {
  return '\t\n\r'.includes(character) || (character >= ' ' && character <= '\u00ff');
}
