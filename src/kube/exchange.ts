import { type Agent, type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { errorCode } from './error-code.ts';

export interface ExchangeOptions {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly agent: Agent;
  /** Ends the exchange, the reading of the body included. */
  readonly signal: AbortSignal;
}

/** The connection had been closed by the other side while it lay idle: the request probably never arrived. */
export class StaleConnectionError extends Error {
  override readonly name = 'StaleConnectionError';
}

/** Sends one request and resolves with the head of its answer; the caller reads or destroys the body. */
export function exchange({ url, method, headers, body, agent, signal }: ExchangeOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const request = send(url, { method, headers: { ...headers, ...length }, agent, signal }, resolve);
    request.on('error', (error) =>
      reject(
        request.reusedSocket && isReset(error) ? new StaleConnectionError(error.message, { cause: error }) : error,
      ),
    );
    request.end(body);
  });
}

const isReset = (error: Error): boolean => ['ECONNRESET', 'EPIPE'].includes(errorCode(error) ?? '');
