import type { FastifyInstance } from 'fastify';

import type { GivenAddress, ListenAddress } from './listen-address.ts';

/** A server could not start. `message` is one sentence for the person who started the program. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly code: 'PORT_TAKEN' | 'NOT_ALLOWED' | 'NO_SUCH_ADDRESS' | 'OTHER';

  constructor(code: ListenError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Errors begin with the flag. */
export interface HttpServerOptions extends GivenAddress {
  /** Names the server in log lines. */
  readonly name: string;
}

/** A server that starts and stops with the process; switched off, it does neither. */
export interface HttpServer {
  readonly name: string;
  /** Rejects with ListenError. */
  start(): Promise<void>;
  /** Closes connections too. Never rejects. */
  stop(): Promise<void>;
  /** Where it listens; undefined while it does not. */
  readonly port: number | undefined;
}

/** Those of controller-runtime's servers. */
const headersTimeoutMs = 32_000;
const keepAliveTimeoutMs = 90_000;

export function createHttpServer(options: HttpServerOptions, addRoutes: (app: FastifyInstance) => void): HttpServer {
  const { name, address } = options;
  let app: FastifyInstance | undefined;
  return {
    name,
    async start() {
      if (!address) return;
      const starting = await createApp();
      addRoutes(starting);
      try {
        await listen(starting, address);
      } catch (error) {
        await starting.close();
        throw explainListenError(error, options.flag);
      }
      app = starting;
    },
    async stop() {
      await app?.close();
      app = undefined;
    },
    get port() {
      const bound = app?.server.address();
      return typeof bound === 'object' ? bound?.port : undefined;
    },
  };
}

/** Loaded when first needed: with both servers switched off the process saves its memory. */
async function createApp(): Promise<FastifyInstance> {
  const { default: fastify } = await import('fastify');
  return fastify({
    logger: false,
    keepAliveTimeout: keepAliveTimeoutMs,
    forceCloseConnections: true,
    http: { headersTimeout: headersTimeoutMs },
    schemaController: { compilersFactory: { buildValidator: refuseSchemas, buildSerializer: refuseSchemas } },
  });
}

/** No route here has a schema; fastify would load and run its compilers all the same, which weigh more than it does. */
function refuseSchemas(): never {
  throw new Error('a route with a schema needs fastify to have its compilers');
}

async function listen(app: FastifyInstance, { host, port }: ListenAddress): Promise<void> {
  if (host !== '') {
    await app.listen({ host, port });
    return;
  }
  try {
    // IPv6's wildcard takes IPv4 connections too; a machine without IPv6 does not know it.
    await app.listen({ host: '::', port });
  } catch (error) {
    if (!['EAFNOSUPPORT', 'EADDRNOTAVAIL'].includes(codeOf(error))) throw error;
    await app.listen({ host: '0.0.0.0', port });
  }
}

function codeOf(error: unknown): string {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string';
  return hasCode ? (error.code as string) : '';
}

function explainListenError(error: unknown, flag: string): ListenError {
  const cause = { cause: error };
  const code = codeOf(error);
  switch (code) {
    case 'EADDRINUSE':
      return new ListenError(
        'PORT_TAKEN',
        `${flag}: the port is taken; choose another one or 0 to switch it off`,
        cause,
      );
    case 'EACCES':
      return new ListenError('NOT_ALLOWED', `${flag}: not allowed to listen there; choose a port above 1023`, cause);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new ListenError('NO_SUCH_ADDRESS', `${flag}: this machine has no such address`, cause);
    default:
      return new ListenError('OTHER', `${flag}: cannot listen there (${code === '' ? 'unknown cause' : code})`, cause);
  }
}
