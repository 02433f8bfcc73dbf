import { NodeHttpHandler } from '@smithy/node-http-handler';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { ProxySettings } from './proxy-settings.ts';

/** How long an answer may take to begin, and then to go on. Within a call's deadline, which has the last word. */
const silenceMs = 15_000;

/** One pool of connections for all clients: what identifies a caller is in the signature, not in the connection. */
export function createRequestHandler(proxies: ProxySettings): NodeHttpHandler {
  // Of the agent's own timeout a tunnel through a proxy depends.
  const agentOptions = { keepAlive: true, maxSockets: 64, timeout: silenceMs, proxyEnv: { ...proxies } };
  return new NodeHttpHandler({
    connectionTimeout: 5_000,
    // Credential providers call without a signal: without these, one silent socket would hold up its identity for ever.
    requestTimeout: silenceMs,
    throwOnRequestTimeout: true,
    socketTimeout: silenceMs,
    httpAgent: new HttpAgent(agentOptions),
    httpsAgent: new HttpsAgent(agentOptions),
  });
}
