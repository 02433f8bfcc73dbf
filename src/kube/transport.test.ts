import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { TLSSocket } from 'node:tls';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { createTlsIdentity } from '../../test/support/tls-identity.ts';
import { json, refusal, type WireAnswer, WireServer } from '../../test/support/wire-server.ts';
import { type Credentials, KubeConfigError, type TlsOptions } from './connection-source.ts';
import { type RequestRecord, Transport, type TransportOptions, type TransportRequest } from './transport.ts';

const GET: TransportRequest = { method: 'GET', path: '/api/v1/nodes/a?x=1', timeoutMs: 30_000 };
const POST: TransportRequest = { method: 'POST', path: '/api/v1/nodes', body: { a: 'ü' }, timeoutMs: 30_000 };
const silent: WireAnswer = () => undefined;
const hangUp: WireAnswer = (response) => void response.socket?.destroy();
/** Sends the head and a first piece, and then nothing. */
const stalling: WireAnswer = (response) => void response.writeHead(200).write('{"a":');

let server: WireServer;
let clock: FakeClock;
let transports: Transport[];

beforeEach(() => {
  clock = new FakeClock();
  transports = [];
  server = new WireServer();
});
afterEach(async () => {
  for (const transport of transports) transport.close();
  await server.close();
});

async function connect(options: Partial<TransportOptions> & { tls?: () => TlsOptions; tokens?: string[] } = {}) {
  const { tls = () => ({}), tokens = ['first'], ...rest } = options;
  const url = await server.listen();
  const transport = new Transport({
    source: {
      server: url,
      namespace: undefined,
      origin: 'test',
      credentials: async (): Promise<Credentials> => ({
        tls: tls(),
        headers: { authorization: `Bearer ${tokens[0]}` },
      }),
      forget: () => void tokens.shift(),
    },
    clock,
    userAgent: 'awspca-test/1',
    ...rest,
  });
  transports.push(transport);
  return { url, transport };
}

describe('a call', () => {
  test('sends who it is, and its body as JSON', async () => {
    const { transport } = await connect();
    server.answer(json(201, { b: 2 }));
    expect(await transport.call(POST)).toEqual({ b: 2 });
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      url: '/api/v1/nodes',
      body: '{"a":"ü"}',
      headers: {
        authorization: 'Bearer first',
        'user-agent': 'awspca-test/1',
        accept: 'application/json',
        'content-type': 'application/json',
        'content-length': '10',
      },
    });
  });

  test('keeps the path under which the API lives', async () => {
    const url = await server.listen();
    const source = {
      server: new URL('/k8s/clusters/c-1', url),
      namespace: undefined,
      origin: 'test',
      credentials: async () => ({ tls: {}, headers: {} }),
      forget: () => undefined,
    };
    const transport = new Transport({ source, clock, userAgent: 'test' });
    transports.push(transport);
    server.answer(json(200, {}));
    await transport.call(GET);
    expect(server.requests[0]?.url).toBe('/k8s/clusters/c-1/api/v1/nodes/a?x=1');
  });

  test('after call uses one connection', async () => {
    const { transport } = await connect();
    for (let i = 0; i < 20; i++) {
      server.answer(json(200, { i }));
      expect(await transport.call(GET)).toEqual({ i });
    }
    expect(server.connections).toBe(1);
    expect(clock.pending).toBe(0);
  });

  test('waits for a connection when all are in use, and a watch takes none of them', async () => {
    const { transport } = await connect({ maxConnections: 1 });
    server.answer((response) => void response.writeHead(200).write('{}\n'));
    const watch = transport.stream(GET);
    await watch.next();
    const held: (() => void)[] = [];
    server.answer((...answer) => held.push(() => json(200, 1)(...answer)), json(200, 2));
    const calls = Promise.all([transport.call(GET), transport.call(GET)]);
    await server.received(2);
    expect(server.connections).toBe(2);
    held.forEach((release) => release());
    expect(await calls).toEqual([1, 2]);
    expect(server.connections).toBe(2);
    await watch.return(undefined);
  });

  test('that is refused is an ApiError with the delay that the server asks for', async () => {
    const { transport } = await connect();
    server.answer(refusal(429, 'TooManyRequests', { retryAfterSeconds: 4 }));
    await expect(transport.call(GET)).rejects.toMatchObject({
      name: 'ApiError',
      code: 429,
      reason: 'TooManyRequests',
      retryAfterMs: 4000,
    });
    expect(server.requests).toHaveLength(1);
  });

  test.each([500, 503, 504])('is not repeated after a %d', async (code) => {
    const { transport } = await connect();
    server.answer(refusal(code, 'InternalError'));
    await expect(transport.call(GET)).rejects.toMatchObject({ code });
    expect(server.requests).toHaveLength(1);
  });

  test('whose answer is not JSON is a TransportError that does not quote it', async () => {
    const { transport } = await connect();
    server.answer((response) => void response.writeHead(200).end('secret<'));
    const error: unknown = await transport.call(GET).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'TransportError', code: 'INVALID_ANSWER' });
    expect(String(error)).not.toContain('secret');
  });

  test('whose answer is cut is a TransportError', async () => {
    const { transport } = await connect();
    server.answer((response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"a":');
      setImmediate(() => response.socket?.destroy());
    });
    await expect(transport.call(GET)).rejects.toMatchObject({ name: 'TransportError', code: 'ECONNRESET' });
  });

  test('to a server that is not there is a TransportError with the code of the system', async () => {
    const { transport } = await connect();
    await server.close();
    await expect(transport.call(GET)).rejects.toMatchObject({ name: 'TransportError', code: 'ECONNREFUSED' });
    server = new WireServer();
    await server.listen();
  });

  test('without credentials is a TransportError that says why, and sends nothing', async () => {
    const { url } = await connect();
    const failing = (): Promise<Credentials> => Promise.reject(new KubeConfigError('/token cannot be read'));
    const source = { server: url, namespace: undefined, origin: 'test', credentials: failing, forget: () => undefined };
    const call = new Transport({ source, clock, userAgent: 'test' }).call(GET);
    await expect(call).rejects.toMatchObject({
      name: 'TransportError',
      code: 'CREDENTIALS',
      message: 'GET /api/v1/nodes/a: /token cannot be read',
    });
    expect(server.requests).toHaveLength(0);
  });

  test('on a closed client is refused', async () => {
    const { transport } = await connect();
    transport.close();
    await expect(transport.call(GET)).rejects.toMatchObject({ name: 'TransportError', code: 'CLOSED' });
  });
});

describe('the deadline', () => {
  test.each([
    ['an answer that never comes', silent],
    ['a body that never ends', stalling],
  ])('ends %s', async (_, answer) => {
    const { transport } = await connect();
    server.answer(answer);
    const call = transport.call(GET);
    const outcome = expect(call).rejects.toMatchObject({ name: 'TransportError', code: 'TIMEOUT' });
    await server.received(1);
    await clock.advance(30_000);
    await outcome;
    expect(clock.pending).toBe(0);
  });

  test('ends credentials that never come', async () => {
    const { url } = await connect();
    const never = new Promise<Credentials>(() => undefined);
    const source = {
      server: url,
      namespace: undefined,
      origin: 'test',
      credentials: () => never,
      forget: () => undefined,
    };
    const outcome = expect(new Transport({ source, clock, userAgent: 'test' }).call(GET)).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
    await clock.advance(30_000);
    await outcome;
  });
});

describe('the signal', () => {
  test.each([
    ['before the answer', silent],
    ['within the body', stalling],
  ])('ends a call %s with its reason, and the connection with it', async (_, answer) => {
    const { transport } = await connect();
    const controller = new AbortController();
    const reason = new Error('shutting down');
    const closed = Promise.withResolvers<undefined>();
    server.answer((response, request) => {
      response.on('close', () => closed.resolve(undefined));
      answer(response, request);
    });
    const outcome = expect(transport.call({ ...GET, signal: controller.signal })).rejects.toBe(reason);
    await server.received(1);
    controller.abort(reason);
    await outcome;
    await closed.promise;
    expect(clock.pending).toBe(0);
  });

  test('that aborted before sends nothing', async () => {
    const { transport } = await connect();
    const reason = new Error('late');
    await expect(transport.call({ ...GET, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(server.requests).toHaveLength(0);
  });
});

describe('a 401', () => {
  test('makes the credentials be read anew, once', async () => {
    const { transport } = await connect({ tokens: ['old', 'new'] });
    server.answer(refusal(401, 'Unauthorized'), json(200, { ok: true }));
    expect(await transport.call(POST)).toEqual({ ok: true });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new']);
  });

  test('that stays is the answer', async () => {
    const { transport } = await connect({ tokens: ['old', 'new', 'newer'] });
    server.answer(refusal(401, 'Unauthorized'), refusal(401, 'Unauthorized'));
    await expect(transport.call(GET)).rejects.toMatchObject({ code: 401 });
    expect(server.requests).toHaveLength(2);
  });
});

describe('a connection that the server closed while it was idle', () => {
  const methods = ['GET', 'PUT', 'PATCH'] as const;
  test.each(methods)('costs a %s one repetition', async (method) => {
    const { transport } = await connect();
    server.answer(json(200, 1), hangUp, json(200, 2));
    await transport.call(GET);
    expect(await transport.call({ ...GET, method })).toBe(2);
    expect(server.requests.map(({ connection }) => connection)).toEqual([1, 1, 2]);
  });

  test.each(['POST', 'DELETE'] as const)('fails a %s, which may have been carried out', async (method) => {
    const { transport } = await connect();
    server.answer(json(200, 1), hangUp);
    await transport.call(GET);
    await expect(transport.call({ ...GET, method })).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(server.requests).toHaveLength(2);
  });

  test('a fresh connection that is hung up on is not repeated', async () => {
    const { transport } = await connect();
    server.answer(hangUp);
    await expect(transport.call(GET)).rejects.toMatchObject({ name: 'TransportError', code: 'ECONNRESET' });
    expect(server.requests).toHaveLength(1);
  });
});

describe('every attempt is counted', () => {
  test('by method, host and code', async () => {
    const records: RequestRecord[] = [];
    const { url, transport } = await connect({ onRequest: (record) => records.push(record) });
    server.answer(refusal(404, 'NotFound'), json(200, {}), hangUp);
    await transport.call(GET).catch(() => undefined);
    await transport.call(POST);
    await transport.call(POST).catch(() => undefined);
    expect(records).toEqual(
      [
        ['GET', '404'],
        ['POST', '200'],
        ['POST', '<error>'],
      ].map(([method, code]) => ({ method, code, host: url.host, durationMs: 0 })),
    );
  });
});

describe('a stream', () => {
  test('gives pieces as they come, and ends with the answer', async () => {
    const { transport } = await connect();
    const next: (() => void)[] = [];
    server.answer((response) => {
      response.writeHead(200).write('a');
      next.push(
        () => response.write('b'),
        () => response.end(),
      );
    });
    const pieces = transport.stream(GET);
    expect(String((await pieces.next()).value)).toBe('a');
    next.shift()?.();
    expect(String((await pieces.next()).value)).toBe('b');
    next.shift()?.();
    expect(await pieces.next()).toMatchObject({ done: true });
    expect(clock.pending).toBe(0);
  });

  test('ends with TIMEOUT after silence, counted from the last piece', async () => {
    const { transport } = await connect();
    let write: (() => void) | undefined;
    server.answer((response) => {
      response.writeHead(200).write('a');
      write = () => response.write('b');
    });
    const pieces = transport.stream({ ...GET, timeoutMs: 90_000 });
    await pieces.next();
    await clock.advance(89_000);
    write?.();
    await pieces.next();
    const outcome = expect(pieces.next()).rejects.toMatchObject({ code: 'TIMEOUT' });
    await clock.advance(89_999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    await outcome;
    expect(clock.pending).toBe(0);
  });

  test('that nobody reads on is hung up', async () => {
    const { transport } = await connect();
    const closed = Promise.withResolvers<undefined>();
    server.answer((response) => {
      response.on('close', () => closed.resolve(undefined));
      response.writeHead(200).write('a');
    });
    for await (const piece of transport.stream(GET)) {
      expect(String(piece)).toBe('a');
      break;
    }
    await closed.promise;
    expect(clock.pending).toBe(0);
  });

  test('that is refused throws the ApiError', async () => {
    const { transport } = await connect();
    server.answer(refusal(410, 'Expired'));
    await expect(transport.stream(GET).next()).rejects.toMatchObject({ code: 410, reason: 'Expired' });
  });
});

describe('TLS', () => {
  const identity = createTlsIdentity('server');
  const client = createTlsIdentity('client');

  test('verifies the server against the CA and keeps the connection as long as the CAs stay', async () => {
    server = new WireServer(identity);
    let tls: TlsOptions = { ca: identity.cert };
    const { transport } = await connect({ tls: () => ({ ...tls }) });
    server.answer(json(200, 1), json(200, 2), json(200, 3));
    await transport.call(GET);
    await transport.call(GET);
    expect(server.connections).toBe(1);
    tls = { ca: identity.cert + client.cert };
    await transport.call(GET);
    expect(server.connections).toBe(2);
  });

  test('refuses a server of another CA', async () => {
    server = new WireServer(identity);
    const { transport } = await connect({ tls: () => ({ ca: client.cert }) });
    await expect(transport.call(GET)).rejects.toMatchObject({
      name: 'TransportError',
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    expect(server.requests).toHaveLength(0);
  });

  test('shows the client certificate', async () => {
    server = new WireServer({ ...identity, ca: client.cert, requestCert: true, rejectUnauthorized: true });
    const { transport } = await connect({ tls: () => ({ ca: identity.cert, cert: client.cert, key: client.key }) });
    server.answer((response, request) => {
      const peer = (response.socket as TLSSocket).getPeerCertificate();
      json(200, peer.subject.CN)(response, request);
    });
    expect(await transport.call(GET)).toBe('client');
  });
});
