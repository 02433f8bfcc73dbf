import type { Socket } from 'node:net';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { routeControls } from './control-routes.ts';
import { dispatch, type Delivery } from './dispatch.ts';
import type { Engine } from './engine.ts';
import type { Controls } from './model.ts';

const NOTHING = Buffer.alloc(0);

/** What a server proves itself by, PEM. */
export interface TlsIdentity {
  readonly key: string;
  readonly cert: string;
}

const OPTIONS = { logger: false, forceCloseConnections: true, exposeHeadRoutes: false } as const;

/** The HTTP side: AWS's protocols on every path, the control API below /_control/. */
export function createServer(engine: Engine, controls: Controls): FastifyInstance {
  const server = prepare(engine, fastify(OPTIONS));
  routeControls(server, controls);
  return server;
}

/** The same protocols over TLS, without the control API. */
export function createTlsServer(engine: Engine, identity: TlsIdentity): FastifyInstance {
  return prepare(engine, fastify({ ...OPTIONS, https: { ...identity } }));
}

function prepare(engine: Engine, server: FastifyInstance): FastifyInstance {
  server.removeAllContentTypeParsers();
  // Signatures cover the body byte for byte, so no parser may come before them.
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.all('/*', async (request, reply) => answerAws(engine, request, reply));
  return server;
}

async function answerAws(engine: Engine, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { method, url, headers } = request;
  const body = Buffer.isBuffer(request.body) ? request.body : NOTHING;
  return send(reply, await dispatch(engine, { method, url, headers, body }));
}

function send(reply: FastifyReply, { kind, answer }: Delivery): FastifyReply {
  switch (kind) {
    case 'answer':
      // As bytes, so that the content type stays the service's own.
      return reply.code(answer.status).headers(answer.headers).send(Buffer.from(answer.body));
    case 'cut':
      return sendHalf(reply, answer);
    case 'reset':
      reply.hijack();
      resetConnection(reply.raw.socket);
      return reply;
    case 'silence':
      // Nobody answers; the socket ends when the caller gives up or the server closes.
      return reply.hijack();
  }
}

function sendHalf(reply: FastifyReply, { status, headers, body }: Delivery['answer']): FastifyReply {
  reply.hijack();
  const bytes = Buffer.from(body);
  reply.raw.writeHead(status, { ...headers, 'content-length': bytes.length });
  reply.raw.write(bytes.subarray(0, bytes.length / 2), () => resetConnection(reply.raw.socket));
  return reply;
}

function resetConnection(socket: Socket | null): void {
  socket?.resetAndDestroy();
}
