import type { RemoteAwsStandIn } from './client.ts';
import { createControls } from './controls.ts';
import { createEngine, type EngineOptions } from './engine.ts';
import { environmentFor } from './environment.ts';
import type { Identity } from './model.ts';
import type { PublicRecords } from './public-records.ts';
import { createServer, createTlsServer, type TlsIdentity } from './server.ts';

export interface AwsStandInOptions extends EngineOptions {
  /** Default: a free one. */
  readonly port?: number;
  /** Serves the ACME protocol over TLS, on a port of its own; default: beside the rest, without TLS. */
  readonly acmeTls?: TlsIdentity;
}

/** A running stand-in for AWS. */
export interface AwsStandIn extends RemoteAwsStandIn {
  /** What the public hosted zones say, asked for without a query. */
  readonly publicRecords: PublicRecords;
  /** A user of account 111122223333 that is there from the start. */
  readonly identity: Identity;
  /** Drops every connection and ends. */
  stop(): Promise<void>;
}

/** Starts a stand-in on 127.0.0.1. */
export async function startAwsStandIn(options: AwsStandInOptions = {}): Promise<AwsStandIn> {
  const { port = 0, acmeTls, ...engineOptions } = options;
  const engine = createEngine(engineOptions);
  const controls = createControls(engine);
  const server = createServer(engine, controls);
  const endpoint = await server.listen({ host: '127.0.0.1', port });
  const tlsServer = acmeTls && createTlsServer(engine, acmeTls);
  engine.acm.origin = tlsServer ? await tlsServer.listen({ host: '127.0.0.1', port: 0 }) : endpoint;
  return {
    ...controls,
    endpoint,
    publicRecords: engine.publicRecords,
    identity: engine.identities.createUser({ name: 'default' }),
    environment: (identity, region) => environmentFor(endpoint, identity, region),
    stop: async () => {
      engine.stopping.abort(new Error('the stand-in stops'));
      await engine.dns.stop();
      await tlsServer?.close();
      await server.close();
    },
  };
}
