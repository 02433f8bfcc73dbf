import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type AcmeReply, refuse } from '../../test/acme/acme-server.ts';
import { type ClientBench, openClientBench } from '../../test/acme/client-bench.ts';

let bench: ClientBench;
beforeEach(async () => {
  bench = await openClientBench();
});
afterEach(() => bench.close());

const readOrder = (signal?: AbortSignal) =>
  bench.client.getOrder(bench.server.url('/order/1'), signal === undefined ? {} : { signal });
const newOrder = (signal?: AbortSignal) =>
  bench.client.newOrder({ identifiers: [] }, signal === undefined ? {} : { signal });
const noncesAsked = (): number => bench.server.asked.filter((asked) => asked === 'HEAD /new-nonce').length;
const usedNonces = () => bench.server.requests.flatMap(({ signed }) => signed?.header['nonce'] ?? []);

/** Refuses, and brings no nonce. */
const withoutNonce =
  (answer: AcmeReply): AcmeReply =>
  (response, request) => {
    response.removeHeader('replay-nonce');
    answer(response, request);
  };

describe('nonces', () => {
  test('come with each answer, so that none has to be fetched', async () => {
    for (let i = 0; i < 5; i++) await readOrder();
    expect(noncesAsked()).toBe(0);
    expect(new Set(usedNonces()).size).toBe(5);
  });

  test('are never used twice by calls at the same time', async () => {
    await Promise.all(Array.from({ length: 20 }, () => readOrder()));
    expect(new Set(usedNonces()).size).toBe(20);
    const asked = noncesAsked();
    await Promise.all(Array.from({ length: 20 }, () => readOrder()));
    expect(noncesAsked()).toBe(asked);
  });

  test('of more than two minutes ago are not tried', async () => {
    await bench.clock.advance(120_001);
    await readOrder();
    expect(noncesAsked()).toBe(1);
  });

  test('that are refused are replaced by the refusal’s own', async () => {
    bench.server.next('/order/1', refuse(400, 'badNonce'), refuse(400, 'badNonce'));
    expect((await readOrder()).status).toBe('pending');
    expect(bench.server.asked).toEqual(Array(3).fill('POST /order/1'));
  });

  test('that are refused without another are fetched', async () => {
    bench.server.next('/order/1', withoutNonce(refuse(400, 'badNonce')));
    await readOrder();
    expect(bench.server.asked).toEqual(['POST /order/1', 'HEAD /new-nonce', 'POST /order/1']);
  });

  test('that are always refused are tried sixteen times', async () => {
    bench.server.next('/new-order', ...Array<AcmeReply>(20).fill(refuse(400, 'badNonce')));
    const refused = { name: 'AcmeProblem', code: 'badNonce', status: 400, outcomeUnknown: false };
    await expect(newOrder()).rejects.toMatchObject(refused);
    expect(bench.server.asked).toEqual(Array(16).fill('POST /new-order'));
  });

  test.each([
    ['absent', (): string | undefined => undefined],
    ['malformed', () => 'not base64url!'],
    ['endless', () => 'x'.repeat(1025)],
  ])('that are %s are ignored; where one is needed, it is told', async (_, nonce) => {
    const { server, client, close } = await openClientBench({ account: false });
    const answer: AcmeReply = (response) => {
      const value = nonce();
      if (value === undefined) response.removeHeader('replay-nonce');
      else response.setHeader('replay-nonce', value);
      response.writeHead(200).end();
    };
    server.next('/new-nonce', answer);
    const refused = { name: 'AcmeTransportError', code: 'NO_NONCE', outcomeUnknown: false };
    await expect(client.newAccount({ contact: [] })).rejects.toMatchObject(refused);
    await close();
  });

  test('that cannot be had leave nothing done', async () => {
    await bench.clock.advance(120_001);
    bench.server.next('/new-nonce', (response) => void response.socket?.destroy(), refuse(500, 'serverInternal'));
    const refused = { operation: 'newNonce', status: 500, outcomeUnknown: false };
    await expect(newOrder()).rejects.toMatchObject(refused);
    expect(bench.server.asked).toEqual(['HEAD /new-nonce', 'HEAD /new-nonce']);
  });
});

describe('a call that is not answered', () => {
  const silence: AcmeReply = () => undefined;

  /** Resolves once there has been a request for each of the paths. */
  async function arrived(...paths: readonly string[]): Promise<void> {
    const isMissing = (path: string): boolean => bench.server.requests.every((request) => request.path !== path);
    while (paths.some(isMissing)) await new Promise((resolve) => setImmediate(resolve));
  }

  test('ends with its deadline', async () => {
    bench.server.next('/order/1', silence);
    bench.server.next('/new-order', silence);
    const read = readOrder().catch((error: unknown) => error);
    const order = newOrder().catch((error: unknown) => error);
    await arrived('/order/1', '/new-order');
    await bench.clock.advance(29_999);
    expect(bench.clock.pending).toBe(2);
    await bench.clock.advance(1);
    expect(await read).toMatchObject({ code: 'TIMEOUT', outcomeUnknown: false });
    expect(await order).toMatchObject({ code: 'TIMEOUT', outcomeUnknown: true });
  });

  test('and one whose answer never ends', async () => {
    const sent = Promise.withResolvers<undefined>();
    bench.server.next('/order/1', (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{', () => sent.resolve(undefined));
    });
    const read = readOrder().catch((error: unknown) => error);
    await sent.promise;
    await bench.clock.advance(30_000);
    expect(await read).toMatchObject({ code: 'TIMEOUT', outcomeUnknown: false });
  });

  test('ends when its caller gives up, and leaves no timer', async () => {
    bench.server.next('/new-order', silence);
    const caller = new AbortController();
    const order = newOrder(caller.signal).catch((error: unknown) => error);
    await arrived('/new-order');
    caller.abort();
    expect(await order).toMatchObject({ name: 'AcmeTransportError', code: 'ABORTED', outcomeUnknown: true });
    expect(bench.clock.pending).toBe(0);
  });

  test('is not made when its caller has given up before', async () => {
    const refused = { code: 'ABORTED', outcomeUnknown: false };
    await expect(newOrder(AbortSignal.abort())).rejects.toMatchObject(refused);
    expect(bench.server.requests).toEqual([]);
  });

  test('for the directory, it ends for those who gave up alone', async () => {
    const { server, client, close } = await openClientBench({ account: false });
    let answer: () => void = () => undefined;
    server.next('/directory', (response) => {
      const directory = { newNonce: 'n', newAccount: 'a', newOrder: 'o', revokeCert: 'r' };
      const urls = Object.entries(directory).map(([name, path]) => [name, server.url(`/${path}`)]);
      const body = JSON.stringify(Object.fromEntries(urls));
      answer = () => void response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    });
    const caller = new AbortController();
    const impatient = client.directory({ signal: caller.signal }).catch((error: unknown) => error);
    const patient = client.directory();
    while (server.requests.length < 1) await new Promise((resolve) => setImmediate(resolve));
    caller.abort();
    expect(await impatient).toMatchObject({ code: 'ABORTED' });
    answer();
    expect((await patient).newOrder).toBe(server.url('/o'));
    await close();
  });
});

describe('headers', () => {
  test('say who asks, in which language, and what is sent', async () => {
    await readOrder();
    expect(bench.server.requests[0]?.headers).toMatchObject({
      ...{ 'user-agent': 'bench/1', 'accept-language': 'en', accept: 'application/json' },
      'content-type': 'application/jose+json',
    });
  });
});
