import { randomUUID } from 'node:crypto';
import { sleep } from '../../src/system/clock.ts';
import { authenticate, AuthenticationError, type Authenticated } from './authenticate.ts';
import type { Engine } from './engine.ts';
import { ServiceError, statusOf } from './errors.ts';
import { describeFault } from './faults.ts';
import { encodeJsonError } from './json-protocol.ts';
import type { FaultOrder } from './model.ts';
import type { Answer, Invocation, Payer, Service } from './service.ts';
import { parseAuthorization, type SignedRequest } from './sigv4.ts';

/** What leaves the stand-in: an answer, half of one, a dropped connection or nothing at all. */
export interface Delivery {
  readonly kind: 'answer' | 'cut' | 'reset' | 'silence';
  readonly answer: Answer;
}

/** What became of a call, gathered while it runs. */
interface Progress {
  invocation: Invocation | undefined;
  authenticated: Authenticated | undefined;
  fault: FaultOrder | undefined;
}

type Ending = { readonly result: unknown } | { readonly error: ServiceError };

/** Takes one request through service, signature, quota, faults and operation, and records it. */
export async function dispatch(engine: Engine, request: SignedRequest): Promise<Delivery> {
  const requestId = randomUUID();
  const service = engine.services.find((candidate) => candidate.recognizes(request));
  if (!service) {
    const error = new ServiceError('UnknownOperationException', 'No service here answers this request.', 404);
    return { kind: 'answer', answer: encodeJsonError(error, requestId) };
  }
  const progress: Progress = { invocation: undefined, authenticated: undefined, fault: undefined };
  const ending = await conclude(engine, service, request, progress);
  const delivery = deliver(service, progress, ending, requestId);
  record({ engine, service, request, requestId, progress, ending, delivery });
  await sleepIfAny(engine, engine.faults.latencyOf(progress.invocation?.operation ?? ''));
  return delivery;
}

async function conclude(engine: Engine, service: Service, request: SignedRequest, progress: Progress): Promise<Ending> {
  try {
    return { result: await perform(engine, service, request, progress) };
  } catch (error) {
    return { error: asServiceError(service, error) };
  }
}

async function perform(engine: Engine, service: Service, request: SignedRequest, progress: Progress): Promise<unknown> {
  const invocation = service.parse(request);
  progress.invocation = invocation;
  const { operation, parameters } = invocation;
  if (service.needsSignature(operation)) progress.authenticated = authenticateFor(engine, service, request);
  const { caller, region = '' } = progress.authenticated ?? {};
  const fault = takeFault(engine, service, invocation);
  progress.fault = fault;
  if (fault && !fault.after) await applyFault(engine, fault);
  requireQuota(engine, service, invocation, caller && { account: caller.account, region });
  const result = await service.execute({ operation, parameters, caller, region });
  if (fault?.after) await applyFault(engine, fault);
  return result;
}

function authenticateFor(engine: Engine, service: Service, request: SignedRequest): Authenticated {
  const { times, identities } = engine;
  const now = times.clock.now();
  return authenticate(request, { identities, service: service.name, now, callersNow: times.callersNow() });
}

function requireQuota(engine: Engine, service: Service, invocation: Invocation, signer: Payer | undefined): void {
  const payer = signer ?? service.payerOf?.(invocation);
  if (!payer) return;
  const { operation } = invocation;
  const waitMs = engine.quotas.take({ ...payer, service: service.name, operation });
  if (waitMs === 0) return;
  const usual = new ServiceError('ThrottlingException', 'Rate exceeded');
  throw service.refuseBeyondQuota?.(operation, waitMs) ?? usual;
}

function takeFault(engine: Engine, service: Service, { operation, parameters }: Invocation): FaultOrder | undefined {
  const text = (name: string): string | undefined => {
    const value = parameters[name];
    return typeof value === 'string' ? value : undefined;
  };
  return engine.faults.take({
    service: service.name,
    operation,
    certificateAuthorityArn: text('CertificateAuthorityArn'),
    roleArn: text('RoleArn'),
    acmeEndpointArn: text('AcmeEndpointArn'),
    hostedZoneId: text('HostedZoneId'),
  });
}

/** Thrown in place of an answer that never reaches the caller. */
class Undelivered extends ServiceError {
  constructor(kind: string) {
    super(kind, 'not delivered', 0);
  }
}

async function applyFault(engine: Engine, fault: FaultOrder): Promise<void> {
  await sleepIfAny(engine, fault.delayMs ?? 0);
  const { kind = 'error', code = 'InternalFailure', message = `Ordered fault: ${code}` } = fault;
  if (kind === 'error') {
    const { status = statusOf(code), headers = {} } = fault;
    throw new ServiceError(code, message, status, { headers });
  }
  if (kind === 'reset' || kind === 'silence' || kind === 'raw') throw new Undelivered(kind);
}

async function sleepIfAny(engine: Engine, delayMs: number): Promise<void> {
  if (delayMs > 0) await sleep(engine.times.clock, delayMs, engine.stopping.signal);
}

function asServiceError(service: Service, error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (error instanceof AuthenticationError) {
    return new ServiceError(service.authenticationCode(error.fault), error.message);
  }
  // A defect of the stand-in itself must be told apart from an ordered fault by whoever reads the answer.
  const reason = error instanceof Error ? error.message : 'unknown';
  return new ServiceError('InternalFailure', `The stand-in failed: ${reason}`, 500);
}

function deliver(service: Service, { invocation, fault }: Progress, ending: Ending, requestId: string): Delivery {
  const operation = invocation?.operation ?? '';
  if ('result' in ending) {
    const answer = service.encodeResult(operation, ending.result, requestId);
    return { kind: fault?.kind === 'cut' ? 'cut' : 'answer', answer };
  }
  const answer = service.encodeError(ending.error, requestId);
  if (ending.error instanceof Undelivered && fault?.kind === 'raw') return { kind: 'answer', answer: rawAnswer(fault) };
  if (ending.error instanceof Undelivered) return { kind: fault?.kind === 'silence' ? 'silence' : 'reset', answer };
  return { kind: 'answer', answer };
}

const rawAnswer = ({ status = 200, body = '', contentType = 'text/html', headers = {} }: FaultOrder): Answer => ({
  status,
  headers: { 'content-type': contentType, ...headers },
  body,
});

interface Finished {
  readonly engine: Engine;
  readonly service: Service;
  readonly request: SignedRequest;
  readonly requestId: string;
  readonly progress: Progress;
  readonly ending: Ending;
  readonly delivery: Delivery;
}

function record({ engine, service, request, requestId, progress, ending, delivery }: Finished): void {
  const { invocation, authenticated, fault } = progress;
  const claimed = parseAuthorization(String(request.headers['authorization']));
  const region = authenticated?.region ?? claimed?.region ?? (invocation && service.payerOf?.(invocation)?.region);
  engine.recorder.recordCall({
    time: engine.times.clock.now(),
    service: service.name,
    operation: invocation?.operation ?? 'unreadable',
    ...(authenticated && { identity: authenticated.caller.arn }),
    ...(claimed && { accessKeyId: claimed.accessKeyId }),
    ...(region !== undefined && { region }),
    parameters: invocation ? service.describe(invocation) : {},
    outcome: 'result' in ending ? 'ok' : ending.error.code,
    status: delivery.kind === 'answer' ? delivery.answer.status : 0,
    requestId,
    ...(fault && { fault: describeFault(fault) }),
  });
}
