import { endpointStatus } from '../acm/endpoint-state.ts';
import type { AcmeEndpoint } from '../acm/state.ts';
import type { ServiceError } from '../errors.ts';
import type { Answer, Call, Invocation, Payer, Service } from '../service.ts';
import type { SignedRequest } from '../sigv4.ts';
import { changeKey, listOrders, manageAccount, newAccount } from './accounts.ts';
import { getCertificate, revokeCertificate } from './certificates.ts';
import { getDirectory, newNonce } from './directory.ts';
import type { Exchange, Notes, Reply } from './exchange.ts';
import { finalizeOrder } from './finalize.ts';
import { getOrder, manageAuthorization, newOrder } from './orders.ts';
import { problem, problemOf } from './problems.ts';
import { findRoute, type Route } from './routes.ts';
import type { AcmeState } from './state.ts';

/** A quota of nothing would have callers wait for ever. */
const LONGEST_WAIT_SECONDS = 3600;

type Operation = (exchange: Exchange) => Reply | Promise<Reply>;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  GetDirectory: getDirectory,
  NewNonce: newNonce,
  NewAccount: newAccount,
  ManageAccount: manageAccount,
  ChangeAccountKey: changeKey,
  ListOrders: listOrders,
  NewOrder: newOrder,
  GetOrder: getOrder,
  FinalizeOrder: finalizeOrder,
  ManageAuthorization: manageAuthorization,
  GetCertificate: getCertificate,
  RevokeCertificate: revokeCertificate,
};

/** What `parse` hands to the other parts of the service. */
interface AcmeParameters {
  readonly [name: string]: unknown;
  readonly AcmeEndpointArn: string | undefined;
  readonly request: SignedRequest;
  readonly route: Route;
  /** Undefined: there never was one. */
  readonly endpoint: AcmeEndpoint | undefined;
  readonly notes: Notes;
}

/** The ACME protocol of ACM's endpoints (RFC 8555), below /acme/<endpoint's id>/. */
export function createAcmeService(state: AcmeState): Service {
  return {
    name: 'acme',
    recognizes: ({ url }) => url.startsWith('/acme/'),
    parse: (request) => parse(state, request),
    needsSignature: () => false,
    payerOf: ({ parameters }): Payer | undefined => (parameters as AcmeParameters).endpoint,
    refuseBeyondQuota: beyondQuota,
    describe: ({ parameters }) => {
      const { AcmeEndpointArn, notes } = parameters as AcmeParameters;
      return { ...(AcmeEndpointArn !== undefined && { AcmeEndpointArn }), ...notes };
    },
    execute: async (call) => execute(state, call),
    authenticationCode: () => 'unauthorized',
    encodeResult: (_operation, result) => encodeReply(state, result as Reply),
    encodeError: (error) => encodeProblem(state, error),
  };
}

function parse({ acm }: AcmeState, request: SignedRequest): Invocation {
  const route = findRoute(request.method, request.url);
  if (!route) throw problem('malformed', 'There is nothing here.', 404);
  const endpoint = [...acm.endpoints.values()].find(({ id }) => id === route.endpointId);
  const parameters: AcmeParameters = { AcmeEndpointArn: endpoint?.arn, request, route, endpoint, notes: {} };
  return { operation: route.operation, parameters };
}

async function execute(state: AcmeState, { operation, parameters }: Call): Promise<Reply> {
  const { request, route, endpoint, notes } = parameters as AcmeParameters;
  if (!endpoint || endpointStatus(endpoint, state.acm.times.clock.now()) !== 'ACTIVE') {
    throw problem('malformed', 'There is no ACME endpoint here.', 404);
  }
  const base = `${state.acm.origin}/acme/${endpoint.id}`;
  const perform = OPERATIONS[operation];
  if (!perform) throw new Error(`no operation ${operation}`);
  const reply = await perform({ state, endpoint, route, request, notes, base });
  return { ...reply, headers: { link: `<${base}/directory>;rel="index"`, ...reply.headers } };
}

function beyondQuota(operation: string, waitMs: number): ServiceError {
  const headers = { 'retry-after': String(Math.min(LONGEST_WAIT_SECONDS, Math.max(1, Math.ceil(waitMs / 1000)))) };
  return problem('rateLimited', `The rate of ${operation} is exceeded.`, 429, { headers });
}

function encodeReply({ nonces }: AcmeState, { status, headers = {}, body }: Reply): Answer {
  const usual = { 'replay-nonce': nonces.issue(), 'cache-control': 'no-store' };
  if (body === undefined) return { status, headers: { ...usual, ...headers }, body: '' };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, headers: { ...usual, 'content-type': 'application/json', ...headers }, body: text };
}

function encodeProblem({ nonces }: AcmeState, error: ServiceError): Answer {
  const headers = { 'replay-nonce': nonces.issue(), 'content-type': 'application/problem+json', ...error.headers };
  return { status: error.status, headers, body: JSON.stringify(problemOf(error)) };
}
