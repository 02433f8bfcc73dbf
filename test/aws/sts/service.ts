import { createHash } from 'node:crypto';
import { ServiceError } from '../errors.ts';
import { encodeQueryError, encodeQueryResult, isQueryRequest } from '../query-protocol.ts';
import { parseQueryRequest, queryAuthenticationCode, type XmlTree } from '../query-protocol.ts';
import type { Call, Invocation, Service } from '../service.ts';
import { assumeRole, assumeRoleWithWebIdentity } from './assume-role.ts';
import { getCallerIdentity } from './caller-identity.ts';
import type { StsState } from './state.ts';
import { claimsOf } from './web-identity.ts';

const VERSION = '2011-06-15';
const NAMESPACE = `https://sts.amazonaws.com/doc/${VERSION}/`;
const WEB_IDENTITY = 'AssumeRoleWithWebIdentity';

const OPERATIONS: Readonly<Record<string, (state: StsState, call: Call) => XmlTree>> = {
  GetCallerIdentity: getCallerIdentity,
  AssumeRole: assumeRole,
  [WEB_IDENTITY]: assumeRoleWithWebIdentity,
};

/** AWS Security Token Service. https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html */
export function createStsService(state: StsState): Service {
  return {
    name: 'sts',
    recognizes: (request) => isQueryRequest(request, VERSION),
    parse: parseQueryRequest,
    needsSignature: (operation) => operation !== WEB_IDENTITY,
    describe,
    execute: async (call) => operationOf(call)(state, call),
    authenticationCode: queryAuthenticationCode,
    encodeResult: (operation, result, requestId) =>
      encodeQueryResult(NAMESPACE, operation, result as XmlTree, requestId),
    encodeError: (error, requestId) => encodeQueryError(NAMESPACE, error, requestId),
  };
}

function operationOf({ operation }: Invocation): (state: StsState, call: Call) => XmlTree {
  const perform = Object.hasOwn(OPERATIONS, operation) ? OPERATIONS[operation] : undefined;
  if (!perform) throw new ServiceError('InvalidAction', `Could not find operation ${operation} for version ${VERSION}`);
  return perform;
}

function describe({ parameters }: Invocation): Readonly<Record<string, unknown>> {
  const { WebIdentityToken: token, ...others } = parameters;
  if (typeof token !== 'string') return others;
  const WebIdentityTokenSha256 = createHash('sha256').update(token).digest('hex');
  return { ...others, WebIdentityTokenSha256, WebIdentityTokenClaims: claimsOf(token) };
}
