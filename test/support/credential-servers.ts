import { randomUUID } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** Credentials as the servers of this file hand them out. */
export interface ServedCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

const toJson = ({ accessKeyId, secretAccessKey, sessionToken, expiration }: ServedCredentials): string =>
  JSON.stringify({
    ...{ Code: 'Success', Type: 'AWS-HMAC', LastUpdated: '2026-01-02T03:04:05Z' },
    ...{ AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Token: sessionToken },
    Expiration: expiration.toISOString().replace(/\.\d+/, ''),
  });

abstract class LoopbackServer {
  protected readonly server: Server = createServer();
  readonly #sockets = new Set<Socket>();

  constructor() {
    this.server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  async listen(): Promise<URL> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return new URL(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}`);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/**
 * The EKS Pod Identity agent, or the ECS agent: credentials for whoever shows the token.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export class ContainerCredentialServer extends LoopbackServer {
  /** The Authorization header of each request. */
  readonly shown: (string | undefined)[] = [];
  token = '';

  constructor(serve: () => ServedCredentials) {
    super();
    this.server.on('request', (request, response: ServerResponse) => {
      this.shown.push(request.headers.authorization);
      if (request.headers.authorization !== this.token) {
        response.writeHead(401).end('{"code":"InvalidToken","message":"no"}');
        return;
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end(toJson(serve()));
    });
  }
}

/**
 * The instance metadata service, version 2 alone; the helper of IAM Roles Anywhere answers in the same way.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 */
export class MetadataServer extends LoopbackServer {
  /** How often credentials were read. */
  reads = 0;

  constructor(serve: () => ServedCredentials) {
    super();
    const sessions = new Set<string>();
    const path = '/latest/meta-data/iam/security-credentials/';
    this.server.on('request', (request, response: ServerResponse) => {
      if (request.method === 'PUT' && request.url === '/latest/api/token') {
        if (!(Number(request.headers['x-aws-ec2-metadata-token-ttl-seconds']) > 0))
          return void response.writeHead(400).end();
        const session = randomUUID();
        sessions.add(session);
        return void response.writeHead(200).end(session);
      }
      if (!sessions.has(String(request.headers['x-aws-ec2-metadata-token']))) return void response.writeHead(401).end();
      if (request.url === path) return void response.writeHead(200).end('node-role');
      if (request.url !== `${path}node-role`) return void response.writeHead(404).end();
      this.reads += 1;
      return void response.writeHead(200).end(toJson(serve()));
    });
  }
}

/** An HTTP proxy that opens tunnels: all of them to one local port, or none. */
export class TunnelProxy extends LoopbackServer {
  /** What CONNECT asked for, in order: `host:port`. */
  readonly tunnels: string[] = [];
  readonly authorizations: (string | undefined)[] = [];

  /** `port` undefined: every tunnel is refused. */
  constructor(port?: number) {
    super();
    this.server.on('request', (_, response: ServerResponse) => response.writeHead(501).end());
    this.server.on('connect', (request, socket: Socket, head: Buffer) => {
      this.tunnels.push(request.url ?? '');
      this.authorizations.push(request.headers['proxy-authorization']);
      // Either end may go away at any time; the other one learns of it by the pipe.
      socket.on('error', () => undefined);
      if (port === undefined) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      const target = connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        target.write(head);
        target.pipe(socket).pipe(target);
      });
      target.on('error', () => socket.destroy());
    });
  }
}
