import {
  type AcmeErrorCode,
  acmeErrorCodes,
  type AcmeIdentifier,
  type ProblemDocument,
  type Subproblem,
} from './errors.ts';
import { type Fields, isFields, optionalString } from './json.ts';
import { sanitize } from './sanitize.ts';

const prefix = 'urn:ietf:params:acme:error:';

/** RFC 7807 section 3.1: what a document without a type is of. */
const noType = 'about:blank';

/** More names than a certificate has. */
const mostSubproblems = 100;

/** A problem document (RFC 7807) with the subproblems of RFC 8555 section 6.7.1; undefined for anything else. */
export function parseProblem(value: unknown): ProblemDocument | undefined {
  if (!isFields(value)) return undefined;
  const list = Array.isArray(value['subproblems']) ? value['subproblems'].slice(0, mostSubproblems) : [];
  return { ...parseOne(value), subproblems: list.filter(isFields).map(parseSubproblem) };
}

/** Of an answer that brought no problem document. */
export function problemOfStatus(status: number): ProblemDocument {
  return { type: noType, code: 'other', detail: `the server answered ${status}`, subproblems: [] };
}

function parseSubproblem(fields: Fields): Subproblem {
  const identifier = parseIdentifier(fields['identifier']);
  return { ...parseOne(fields), ...(identifier && { identifier }) };
}

function parseOne(fields: Fields): Omit<ProblemDocument, 'subproblems'> {
  const type = sanitize(optionalString(fields, 'type') ?? noType);
  const words = sanitize(optionalString(fields, 'detail') ?? optionalString(fields, 'title') ?? '');
  return { type, code: codeOf(type), detail: words === '' ? 'no further explanation' : words };
}

function codeOf(type: string): AcmeErrorCode {
  const name = type.startsWith(prefix) ? type.slice(prefix.length) : undefined;
  return acmeErrorCodes.find((code) => code === name) ?? 'other';
}

function parseIdentifier(value: unknown): AcmeIdentifier | undefined {
  if (!isFields(value)) return undefined;
  const [type, name] = [optionalString(value, 'type'), optionalString(value, 'value')];
  return type === undefined || name === undefined ? undefined : { type: sanitize(type), value: sanitize(name) };
}
