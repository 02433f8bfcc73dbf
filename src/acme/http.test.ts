import { afterEach, describe, expect, test } from '@jest/globals';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { TunnelProxy } from '../../test/support/credential-servers.ts';
import { createTlsIdentity } from '../../test/support/tls-identity.ts';
import { json, WireServer } from '../../test/support/wire-server.ts';
import { type AcmeHttpOptions, type AcmeHttpRequest, createAcmeHttp } from './http.ts';

const identity = createTlsIdentity('acme', ['acme.example']);
/** Not for localhost. */
const other = createTlsIdentity('other');
const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

function openHttp(options: Partial<AcmeHttpOptions> = {}) {
  const http = createAcmeHttp({ userAgent: 'test/1', network: { proxies: {} }, ...options });
  endings.push(() => http.close());
  return http;
}

async function openServer(tls?: typeof identity): Promise<{ readonly server: WireServer; readonly url: string }> {
  const server = new WireServer(tls);
  const { href } = await server.listen();
  endings.push(() => server.close());
  return { server, url: href };
}

const { signal } = new AbortController();
const get = (url: string): AcmeHttpRequest => ({ method: 'GET', url, headers: {}, signal });
const post = (url: string): AcmeHttpRequest => ({ method: 'POST', url, headers: {}, body: '{}', signal });

describe('an exchange', () => {
  test('over TLS, with a CA of the caller’s beside the usual ones, on one connection that is kept', async () => {
    const { server, url } = await openServer(identity);
    server.answer(json(200, { a: 1 }, { link: '<x>;rel="index"' }), json(201, {}));
    const http = openHttp({ caPem: identity.cert });
    const answer = await http({ ...post(`${url}order?x=1`), headers: { accept: 'application/json' } });
    expect(answer).toMatchObject({ status: 200, body: Buffer.from('{"a":1}'), headers: { link: '<x>;rel="index"' } });
    expect((await http(get(url))).status).toBe(201);
    expect(server.requests[0]).toMatchObject({
      ...{ method: 'POST', url: '/order?x=1', body: '{}' },
      headers: { accept: 'application/json', 'user-agent': 'test/1', 'content-length': '2' },
    });
    expect(server.connections).toBe(1);
  });

  test('follows no redirect', async () => {
    const { server, url } = await openServer();
    server.answer((response) => void response.writeHead(307, { location: url }).end());
    expect((await openHttp()(post(url))).status).toBe(307);
    expect(server.requests).toHaveLength(1);
  });

  test('through a proxy goes by its tunnel', async () => {
    const { server, url } = await openServer(identity);
    server.answer(json(200, {}));
    const proxy = new TunnelProxy(Number(new URL(url).port));
    endings.push(() => proxy.close());
    const proxies = { HTTPS_PROXY: (await proxy.listen()).href };
    const http = openHttp({ caPem: identity.cert, network: { proxies } });
    expect((await http(get('https://acme.example/directory'))).status).toBe(200);
    expect(proxy.tunnels).toEqual(['acme.example:443']);
  });
});

describe('what cannot have arrived', () => {
  const notSent = (code: string) => ({ name: 'AcmeTransportError', code, outcomeUnknown: false });

  test('nobody listens', async () => {
    const { server, url } = await openServer();
    await server.close();
    endings.pop();
    await expect(openHttp()(post(url))).rejects.toMatchObject(notSent('ECONNREFUSED'));
  });

  test('a CA that is not trusted', async () => {
    const { server, url } = await openServer(identity);
    await expect(openHttp()(post(url))).rejects.toMatchObject(notSent('DEPTH_ZERO_SELF_SIGNED_CERT'));
    expect(server.requests).toEqual([]);
  });

  test('a certificate for another host', async () => {
    const { url } = await openServer(other);
    const http = openHttp({ caPem: other.cert });
    const call = http(post(url.replace('127.0.0.1', 'localhost')));
    await expect(call).rejects.toMatchObject(notSent('ERR_TLS_CERT_ALTNAME_INVALID'));
  });

  test('a TLS handshake that is not answered', async () => {
    const { url, arrived } = await openSilentServer();
    const caller = new AbortController();
    const call = openHttp()({ ...post(url), signal: caller.signal }).catch((error: unknown) => error);
    await arrived;
    caller.abort();
    expect(await call).toMatchObject(notSent('ABORTED'));
  });

  test('a proxy that refuses', async () => {
    const proxy = new TunnelProxy();
    endings.push(() => proxy.close());
    const http = openHttp({ network: { proxies: { HTTPS_PROXY: (await proxy.listen()).href } } });
    await expect(http(post('https://acme.example/'))).rejects.toMatchObject({ outcomeUnknown: false });
    expect(proxy.tunnels).toEqual(['acme.example:443']);
  });

  test('connections that were closed', async () => {
    const http = openHttp();
    http.close();
    await expect(http(post('https://acme.example/'))).rejects.toMatchObject(notSent('CLOSED'));
  });
});

describe('what may have arrived', () => {
  const lost = (code: string) => ({ name: 'AcmeTransportError', code, outcomeUnknown: true });

  test('the connection ends before the answer', async () => {
    const { server, url } = await openServer(identity);
    server.answer((response) => void response.socket?.destroy());
    await expect(openHttp({ caPem: identity.cert })(post(url))).rejects.toMatchObject(lost('ECONNRESET'));
  });

  test('the tunnel of a proxy ends before the answer', async () => {
    const { server, url } = await openServer(identity);
    server.answer((response) => void response.socket?.destroy());
    const proxy = new TunnelProxy(Number(new URL(url).port));
    endings.push(() => proxy.close());
    const proxies = { HTTPS_PROXY: (await proxy.listen()).href };
    const http = openHttp({ caPem: identity.cert, network: { proxies } });
    await expect(http(post('https://acme.example/'))).rejects.toMatchObject(lost('ECONNRESET'));
  });

  test('the connection, which had lain idle, ends before the answer', async () => {
    const { server, url } = await openServer();
    server.answer(json(200, {}), (response) => void response.socket?.destroy());
    const http = openHttp();
    await http(get(url));
    await expect(http(post(url))).rejects.toMatchObject(lost('STALE_CONNECTION'));
  });

  test('the caller gives up', async () => {
    const { server, url } = await openServer(identity);
    server.answer(() => undefined);
    const caller = new AbortController();
    const http = openHttp({ caPem: identity.cert });
    const call = http({ ...post(url), signal: caller.signal }).catch((error: unknown) => error);
    await server.received(1);
    caller.abort();
    expect(await call).toMatchObject(lost('ABORTED'));
  });

  test('the answer has no end: what is beyond a megabyte is not read', async () => {
    const { server, url } = await openServer();
    const ended = Promise.withResolvers<undefined>();
    server.answer((response) => {
      const more = (): void => void response.write(Buffer.alloc(65_536), more);
      response.once('close', () => ended.resolve(undefined));
      more();
    });
    await expect(openHttp()(get(url))).rejects.toMatchObject(lost('TOO_LARGE'));
    await ended.promise;
  });

  test('the answer is not HTTP', async () => {
    const { url } = await openSilentServer((socket) => socket.end('220 mail ready\r\n'));
    await expect(openHttp()(post(url.replace('https', 'http')))).rejects.toMatchObject(lost('HPE_INVALID_CONSTANT'));
  });
});

/** Accepts connections, and says nothing but what `greet` does. */
async function openSilentServer(greet: (socket: Socket) => void = () => undefined) {
  const arrived = Promise.withResolvers<undefined>();
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    socket
      .on('error', () => undefined)
      .on('data', () => greet(socket))
      .once('data', () => arrived.resolve(undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endings.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/`, arrived: arrived.promise };
}
