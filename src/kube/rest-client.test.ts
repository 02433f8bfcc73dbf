import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { json, refusal, type WireAnswer, WireServer } from '../../test/support/wire-server.ts';
import type { KubeClient, WatchEvent } from './client.ts';
import type { KubeObject, Resource } from './objects.ts';
import { createKubeClient } from './rest-client.ts';

const widgets: Resource = { group: 'example.org', version: 'v1', plural: 'widgets', kind: 'Widget', namespaced: true };
const name = { namespace: 'shop', name: 'a' };
const COLLECTION = '/apis/example.org/v1/namespaces/shop/widgets';
const metadata = { name: 'a', namespace: 'shop', uid: 'u', resourceVersion: '5', creationTimestamp: '' };
const widget: KubeObject = { apiVersion: 'example.org/v1', kind: 'Widget', metadata };

let server: WireServer;
let client: KubeClient;
let clock: FakeClock;

beforeEach(async () => {
  server = new WireServer();
  clock = new FakeClock();
  const source = {
    server: await server.listen(),
    namespace: undefined,
    origin: 'test',
    credentials: async () => ({ tls: {}, headers: {} }),
    forget: () => undefined,
  };
  client = createKubeClient({ source, clock, userAgent: 'test' });
});
afterEach(async () => {
  await client.close();
  await server.close();
});

/** Method, path, content type and body of the request that came last. */
function lastRequest() {
  const { method, url, headers, body } = server.requests.at(-1) ?? {};
  return { method, url, type: headers?.['content-type'], body: body ? (JSON.parse(body) as unknown) : undefined };
}

describe('objects', () => {
  test('get', async () => {
    server.answer(json(200, widget));
    expect(await client.get(widgets, name)).toEqual(widget);
    expect(lastRequest()).toMatchObject({ method: 'GET', url: `${COLLECTION}/a` });
  });

  test('create', async () => {
    server.answer(json(201, widget));
    expect(await client.create(widgets, 'shop', { spec: 1 })).toEqual(widget);
    expect(lastRequest()).toEqual({ method: 'POST', url: COLLECTION, type: 'application/json', body: { spec: 1 } });
  });

  test('create, of a subresource', async () => {
    server.answer(json(201, widget));
    expect(await client.createSubresource(widgets, name, 'token', { spec: 1 })).toEqual(widget);
    expect(lastRequest()).toMatchObject({ method: 'POST', url: `${COLLECTION}/a/token`, body: { spec: 1 } });
  });

  test('replace', async () => {
    server.answer(json(200, widget), json(200, widget));
    await client.replace(widgets, name, widget);
    expect(lastRequest()).toEqual({ method: 'PUT', url: `${COLLECTION}/a`, type: 'application/json', body: widget });
    await client.replace(widgets, name, widget, { fieldManager: 'me', subresource: 'status' });
    expect(lastRequest()).toMatchObject({ method: 'PUT', url: `${COLLECTION}/a/status?fieldManager=me` });
  });

  test.each([
    [{ type: 'merge', body: { a: 1 } }, '?fieldManager=me', 'application/merge-patch+json'],
    [{ type: 'json', body: [{ op: 'test' }] }, '?fieldManager=me', 'application/json-patch+json'],
    [{ type: 'apply', body: widget }, '?fieldManager=me&force=true', 'application/apply-patch+yaml'],
  ] as const)('patch: %j', async (patch, query, type) => {
    server.answer(json(200, widget), json(200, widget));
    await client.patch(widgets, name, patch, { fieldManager: 'me' });
    expect(lastRequest()).toEqual({ method: 'PATCH', url: `${COLLECTION}/a${query}`, type, body: patch.body });
    await client.patch(widgets, name, patch, { fieldManager: 'me', subresource: 'status' });
    expect(lastRequest()).toMatchObject({ url: `${COLLECTION}/a/status${query}` });
  });

  test('delete, with preconditions', async () => {
    server.answer(json(200, { kind: 'Status' }), json(200, { kind: 'Status' }), json(200, { kind: 'Status' }));
    await client.delete(widgets, name);
    expect(lastRequest()).toMatchObject({ method: 'DELETE', body: { apiVersion: 'v1', kind: 'DeleteOptions' } });
    await client.delete(widgets, name, { uid: 'u' });
    expect(lastRequest()).toMatchObject({ url: `${COLLECTION}/a`, body: { preconditions: { uid: 'u' } } });
    await client.delete(widgets, name, { uid: 'u', resourceVersion: '5' });
    expect(lastRequest()).toMatchObject({ body: { preconditions: { uid: 'u', resourceVersion: '5' } } });
  });

  test('what is served in a version of a group', async () => {
    const list = { kind: 'APIResourceList', resources: [{ name: 'widgets' }, { name: 'widgets/status' }] };
    server.answer(json(200, list), refusal(404, 'NotFound'), refusal(403, 'Forbidden'));
    expect(await client.servedResources('example.org', 'v1')).toEqual(new Set(['widgets', 'widgets/status']));
    expect(lastRequest()).toMatchObject({ method: 'GET', url: '/apis/example.org/v1' });
    expect(await client.servedResources('example.org', 'v2')).toEqual(new Set());
    await expect(client.servedResources('example.org', 'v3')).rejects.toMatchObject({ code: 403 });
  });

  test('a call has 30 s unless it says otherwise', async () => {
    const silent: WireAnswer = () => undefined;
    server.answer(silent, silent);
    const slow = expect(client.get(widgets, name)).rejects.toMatchObject({ code: 'TIMEOUT' });
    const quick = expect(client.get(widgets, name, { timeoutMs: 5000 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    await server.received(2);
    await clock.advance(5000);
    await quick;
    expect(clock.pending).toBe(1);
    await clock.advance(25_000);
    await slow;
  });
});

describe('list', () => {
  test('gives items their kind, and what leads to the next page', async () => {
    const wire = { metadata: { resourceVersion: '9', continue: 'token' }, items: [{ metadata }] };
    server.answer(json(200, wire));
    const options = { namespace: 'shop', limit: 1, labelSelector: 'a=b', fieldSelector: 'c=d', continue: 'x' };
    expect(await client.list(widgets, { ...options, timeoutMs: 99, signal: new AbortController().signal })).toEqual({
      items: [widget],
      resourceVersion: '9',
      continue: 'token',
    });
    const query = '?labelSelector=a%3Db&fieldSelector=c%3Dd&limit=1&continue=x';
    expect(lastRequest()).toMatchObject({ method: 'GET', url: `${COLLECTION}${query}` });
  });

  test('of all namespaces, and the last page has no token', async () => {
    server.answer(json(200, { metadata: { resourceVersion: '9', continue: '' }, items: null }));
    expect(await client.list(widgets)).toEqual({ items: [], resourceVersion: '9' });
    expect(lastRequest()).toMatchObject({ url: '/apis/example.org/v1/widgets' });
  });
});

describe('watch', () => {
  const line = (type: string, object: unknown): string => JSON.stringify({ type, object }) + '\n';
  const collect = async (watch: AsyncIterable<WatchEvent<KubeObject>>): Promise<unknown[]> => {
    const seen: unknown[] = [];
    try {
      for await (const event of watch) seen.push(event);
    } catch (error) {
      seen.push(error);
    }
    return seen;
  };
  const whole =
    (text: string): WireAnswer =>
    (response) =>
      void response.writeHead(200).end(text);

  test('asks for bookmarks and gives events until the server closes', async () => {
    server.answer(
      whole(
        line('ADDED', widget) +
          line('MODIFIED', widget) +
          line('BOOKMARK', { kind: 'Widget', metadata: { resourceVersion: '77' } }) +
          line('DELETED', widget),
      ),
    );
    const options = { namespace: 'shop', resourceVersion: '5', timeoutSeconds: 300, fieldSelector: 'c=d' };
    expect(await collect(client.watch(widgets, options))).toEqual([
      { type: 'ADDED', object: widget },
      { type: 'MODIFIED', object: widget },
      { type: 'BOOKMARK', resourceVersion: '77', initialEventsEnd: false },
      { type: 'DELETED', object: widget },
    ]);
    const url = new URL(server.requests[0]?.url ?? '', 'http://host');
    expect(url.pathname).toBe(COLLECTION);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: '5',
      timeoutSeconds: '300',
      fieldSelector: 'c=d',
    });
  });

  test('asks to begin with what there is, at least as new as now, and tells where that ends', async () => {
    const annotations = { 'k8s.io/initial-events-end': 'true' };
    const mark = { kind: 'Widget', metadata: { resourceVersion: '77', annotations } };
    server.answer(whole(line('ADDED', widget) + line('BOOKMARK', mark)));
    expect(await collect(client.watch(widgets, { sendInitialEvents: true }))).toEqual([
      { type: 'ADDED', object: widget },
      { type: 'BOOKMARK', resourceVersion: '77', initialEventsEnd: true },
    ]);
    const url = new URL(server.requests[0]?.url ?? '', 'http://host');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      watch: 'true',
      allowWatchBookmarks: 'true',
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
    });
  });

  test('pieces cut anywhere make the same events', async () => {
    const object = { ...widget, metadata: { ...metadata, labels: { where: 'Zürich 🦊' } } };
    const bytes = Buffer.from(line('ADDED', object) + line('MODIFIED', object));
    server.answer((response) => {
      response.writeHead(200);
      let at = 0;
      const next = (): void => {
        if (at >= bytes.length) response.end();
        else response.write(bytes.subarray(at, (at += 9)), () => setImmediate(next));
      };
      next();
    });
    expect(await collect(client.watch(widgets, {}))).toEqual([
      { type: 'ADDED', object },
      { type: 'MODIFIED', object },
    ]);
  });

  test.each([
    ['as an ERROR event', whole(line('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'old' }))],
    ['as the HTTP status', refusal(410, 'Expired')],
  ])('a version too old comes %s as an ApiError', async (_, answer) => {
    server.answer(answer);
    expect(await collect(client.watch(widgets, {}))).toMatchObject([
      { name: 'ApiError', code: 410, reason: 'Expired' },
    ]);
  });

  test.each([
    ['an event cut short', line('ADDED', widget).slice(0, -20)],
    ['an unknown event', line('SURPRISE', widget)],
    ['something else', 'null\n'],
    ['an object without a version', line('ADDED', { metadata: {} })],
  ])('%s is a TransportError', async (_, text) => {
    server.answer(whole(line('ADDED', widget) + text));
    expect(await collect(client.watch(widgets, {}))).toMatchObject([
      { type: 'ADDED' },
      { name: 'TransportError', code: 'INVALID_ANSWER' },
    ]);
  });

  test('silence ends it after the given time', async () => {
    server.answer((response) => response.writeHead(200).flushHeaders());
    const ended = collect(client.watch(widgets, { inactivityMs: 90_000 }));
    await server.received(1);
    await clock.advance(90_000);
    expect(await ended).toMatchObject([{ name: 'TransportError', code: 'TIMEOUT' }]);
  });

  test('its signal ends it with the reason', async () => {
    server.answer((response) => void response.writeHead(200).write(line('ADDED', widget)));
    const controller = new AbortController();
    const reason = new Error('stop');
    const seen: unknown[] = [];
    const run = async (): Promise<void> => {
      for await (const event of client.watch(widgets, { signal: controller.signal })) {
        seen.push(event.type);
        controller.abort(reason);
      }
    };
    await expect(run()).rejects.toBe(reason);
    expect(seen).toEqual(['ADDED']);
    expect(clock.pending).toBe(0);
  });
});
