import { createHttpServer } from './http-server.ts';
import type { HttpServer, HttpServerOptions } from './http-server.ts';

/** What prom-client's Registry offers. */
export interface MetricsSource {
  readonly contentType: string;
  metrics(): Promise<string>;
}

export interface MetricsServerOptions extends Omit<HttpServerOptions, 'name'> {
  readonly registry: MetricsSource;
}

/** /metrics for Prometheus. */
export function createMetricsServer({ registry, ...options }: MetricsServerOptions): HttpServer {
  return createHttpServer({ ...options, name: 'metrics' }, (app) => {
    app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
  });
}
