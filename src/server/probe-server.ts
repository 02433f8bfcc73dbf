import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { planHealthAnswer, runCheck } from './health.ts';
import type { HealthAnswer, HealthCheck, HealthQuery } from './health.ts';
import { createHttpServer } from './http-server.ts';
import type { HttpServer, HttpServerOptions } from './http-server.ts';

export interface ProbeServerOptions extends Omit<HttpServerOptions, 'name'> {
  /** What each path looks at. */
  readonly checks: Readonly<Record<'healthz' | 'readyz' | 'livez', readonly HealthCheck[]>>;
}

/**
 * /healthz, /readyz and /livez, each with one path for every check (`/healthz/health`), `?verbose` and `?exclude=name`,
 * as the servers of controller-runtime have them.
 */
export function createProbeServer({ checks, ...options }: ProbeServerOptions): HttpServer {
  return createHttpServer({ ...options, name: 'probes' }, (app) => {
    for (const [endpoint, own] of Object.entries(checks)) addEndpoint(app, endpoint, own);
  });
}

function addEndpoint(app: FastifyInstance, endpoint: string, checks: readonly HealthCheck[]): void {
  const sorted = [...checks].sort((a, b) => (a.name < b.name ? -1 : 1));
  const askAll = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const results = await Promise.all(sorted.map(runCheck));
    return send(reply, planHealthAnswer(endpoint, results, parseQuery(request.query)));
  };
  app.get(`/${endpoint}`, askAll);
  app.get(`/${endpoint}/`, askAll);
  for (const check of sorted) {
    app.get(`/${endpoint}/${check.name}`, async (_request, reply) => {
      const { fault } = await runCheck(check);
      return send(
        reply,
        fault === undefined ? { status: 200, body: 'ok' } : { status: 500, body: `${check.name}: ${fault}\n` },
      );
    });
  }
}

function send(reply: FastifyReply, { status, body }: HealthAnswer): FastifyReply {
  return reply.code(status).type('text/plain; charset=utf-8').header('X-Content-Type-Options', 'nosniff').send(body);
}

/** fastify gives a parameter that stands there twice as an array. */
function parseQuery(query: unknown): HealthQuery {
  const parameters = new Map(Object.entries(query ?? {}));
  const exclude = [parameters.get('exclude') ?? []].flat().filter((name) => typeof name === 'string');
  return { exclude, verbose: parameters.has('verbose') };
}
