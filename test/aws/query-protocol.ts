import type { Fault } from './authenticate.ts';
import type { ServiceError } from './errors.ts';
import type { Answer, Invocation } from './service.ts';
import { headerOf, type SignedRequest } from './sigv4.ts';

/** AWS Query: form parameters in, XML out. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
export function isQueryRequest(request: SignedRequest, version: string): boolean {
  const isForm = headerOf(request, 'content-type')?.startsWith('application/x-www-form-urlencoded') ?? false;
  return isForm && readForm(request)['Version'] === version;
}

export function parseQueryRequest(request: SignedRequest): Invocation {
  const { Action: operation = '', ...others } = readForm(request);
  const parameters = Object.fromEntries(Object.entries(others).filter(([name]) => name !== 'Version'));
  return { operation, parameters };
}

function readForm(request: SignedRequest): Readonly<Record<string, string>> {
  return Object.fromEntries(new URLSearchParams(request.body.toString('utf8')));
}

/** A tree of elements; arrays become `member` elements, as Query lists do. */
export type XmlTree = string | number | readonly XmlTree[] | { readonly [name: string]: XmlTree };

export function encodeQueryResult(namespace: string, operation: string, result: XmlTree, requestId: string): Answer {
  const tree = { [`${operation}Result`]: result, ResponseMetadata: { RequestId: requestId } };
  return answer(200, requestId, `<${operation}Response xmlns="${namespace}">${toXml(tree)}</${operation}Response>`);
}

export function encodeQueryError(namespace: string, error: ServiceError, requestId: string): Answer {
  const Type = error.status >= 500 ? 'Receiver' : 'Sender';
  const tree = { Error: { Type, Code: error.code, Message: error.message }, RequestId: requestId };
  return answer(error.status, requestId, `<ErrorResponse xmlns="${namespace}">${toXml(tree)}</ErrorResponse>`);
}

function answer(status: number, requestId: string, body: string): Answer {
  return { status, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }, body };
}

function toXml(tree: XmlTree): string {
  if (typeof tree === 'string' || typeof tree === 'number') return escapeXml(String(tree));
  if (isList(tree)) return tree.map((item) => `<member>${toXml(item)}</member>`).join('');
  return Object.entries(tree)
    .map(([name, value]) => `<${name}>${toXml(value)}</${name}>`)
    .join('');
}

function isList(tree: XmlTree): tree is readonly XmlTree[] {
  return Array.isArray(tree);
}

function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

const CODES: Readonly<Record<Fault, string>> = {
  missing: 'MissingAuthenticationToken',
  incomplete: 'IncompleteSignature',
  'unknown-key': 'InvalidClientTokenId',
  'wrong-token': 'InvalidClientTokenId',
  expired: 'ExpiredToken',
  skewed: 'SignatureDoesNotMatch',
  'wrong-scope': 'SignatureDoesNotMatch',
  'wrong-signature': 'SignatureDoesNotMatch',
};

export const queryAuthenticationCode = (fault: Fault): string => CODES[fault];
