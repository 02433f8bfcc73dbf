import type { Fault } from './authenticate.ts';
import { ServiceError } from './errors.ts';
import type { Answer, Invocation } from './service.ts';
import { headerOf, type SignedRequest } from './sigv4.ts';

/** AWS JSON 1.1. https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
const CONTENT_TYPE = 'application/x-amz-json-1.1';

export function targetsService(request: SignedRequest, prefix: string): boolean {
  return headerOf(request, 'x-amz-target')?.startsWith(`${prefix}.`) ?? false;
}

export function parseJsonRequest(request: SignedRequest, prefix: string): Invocation {
  const operation = (headerOf(request, 'x-amz-target') ?? '').slice(prefix.length + 1);
  try {
    const parameters: unknown = JSON.parse(request.body.toString('utf8') || '{}');
    if (typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters)) {
      return { operation, parameters: parameters as Record<string, unknown> };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new ServiceError('SerializationException', 'The body is not a JSON object.');
}

export function encodeJsonResult(result: unknown, requestId: string): Answer {
  return answer(200, requestId, JSON.stringify(result ?? {}));
}

export function encodeJsonError(error: ServiceError, requestId: string): Answer {
  const { code, message, members, status, headers } = error;
  const encoded = answer(status, requestId, JSON.stringify({ __type: code, message, ...members }));
  return { ...encoded, headers: { ...encoded.headers, ...headers } };
}

function answer(status: number, requestId: string, body: string): Answer {
  return { status, headers: { 'content-type': CONTENT_TYPE, 'x-amzn-requestid': requestId }, body };
}

const CODES: Readonly<Record<Fault, string>> = {
  missing: 'MissingAuthenticationTokenException',
  incomplete: 'IncompleteSignatureException',
  'unknown-key': 'UnrecognizedClientException',
  'wrong-token': 'UnrecognizedClientException',
  expired: 'ExpiredTokenException',
  skewed: 'InvalidSignatureException',
  'wrong-scope': 'InvalidSignatureException',
  'wrong-signature': 'InvalidSignatureException',
};

export const jsonAuthenticationCode = (fault: Fault): string => CODES[fault];
