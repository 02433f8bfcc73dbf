import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { labelAwsCall, labelKubeCall } from './call.ts';
import type { Treatment } from './fault.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

let server: Server;
let proxy: FaultProxy;
let served: string[];
beforeEach(async () => {
  served = [];
  server = createServer((request, response) => {
    served.push(request.url ?? '');
    response.end('first line\nsecond line\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  proxy = await startFaultProxy({ upstream: `http://127.0.0.1:${port}`, label: ({ url }) => url });
});
afterEach(async () => {
  await proxy.stop();
  server.close();
});

/** What a caller gets: status and text, or `dropped`. */
async function ask(path = '/path'): Promise<string> {
  try {
    const response = await fetch(proxy.url + path);
    return `${response.status} ${(await response.text()).trim()}`;
  } catch {
    return 'dropped';
  }
}

test('passes calls on and records them', async () => {
  expect(await ask()).toBe('200 first line\nsecond line');
  expect(proxy.calls).toMatchObject([{ sequence: 1, label: '/path', status: 200 }]);
});

async function* twice(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield* [line, line];
}

test.each<[string, Treatment, string, string[]]>([
  ['an answer instead', { instead: { status: 503, body: 'away' } }, '503 away', []],
  ['no connection', { instead: 'reset' }, 'dropped', []],
  ['another path', { url: '/other' }, '200 first line\nsecond line', ['/other']],
  ['carried out, the answer lost', { delivery: 'reset' }, 'dropped', ['/path']],
  ['half an answer', { delivery: 'cut' }, 'dropped', ['/path']],
  ['in drops', { delivery: { chunkBytes: 5, pauseMs: 0 } }, '200 first line\nsecond line', ['/path']],
  ['its lines changed', { lines: twice }, '200 first line\nfirst line\nsecond line\nsecond line', ['/path']],
])('%s', async (_, treatment, seen, reached) => {
  const heal = proxy.inflict(() => treatment);
  expect(await ask()).toBe(seen);
  expect(served).toEqual(reached);
  heal();
  expect(await ask()).toBe('200 first line\nsecond line');
});

test('silence lasts until somebody gives up', async () => {
  proxy.inflict(() => ({ instead: 'silence' }));
  const asked = ask();
  while (proxy.calls.length === 0) await new Promise(setImmediate);
  proxy.drop(() => true);
  expect(await asked).toBe('dropped');
});

test('the newest fault that is meant for a call hits it', async () => {
  const old = proxy.inflict(() => ({ instead: { status: 500, body: 'old' } }));
  const newer = proxy.inflict(({ label }) =>
    label === '/meant' ? { instead: { status: 500, body: 'new' } } : undefined,
  );
  expect([await ask('/meant'), await ask('/other')]).toEqual(['500 new', '500 old']);
  expect([newer, old].map(({ hits }) => hits.map(({ label }) => label))).toEqual([['/meant'], ['/other']]);
});

test('cut off, and there again', async () => {
  proxy.cut();
  expect(await ask()).toBe('dropped');
  proxy.restore();
  expect(await ask()).toBe('200 first line\nsecond line');
});

describe('what a call is called', () => {
  const wire = { method: 'GET', headers: {}, body: '' };
  test.each([
    ['LIST certificaterequests', '/apis/cert-manager.io/v1/certificaterequests?limit=500'],
    ['WATCH certificaterequests', '/apis/cert-manager.io/v1/certificaterequests?watch=true'],
    ['LIST secrets', '/api/v1/namespaces/shop/secrets'],
    ['GET secrets', '/api/v1/namespaces/shop/secrets/aws'],
    ['GET namespaces', '/api/v1/namespaces/shop'],
    ['GET certificaterequests/status', '/apis/cert-manager.io/v1/namespaces/shop/certificaterequests/a/status'],
    ['GET awspcaclusterissuers/status', '/apis/awspca.cert-manager.io/v1beta1/awspcaclusterissuers/a/status'],
    ['GET /version', '/version'],
  ])('%s', (label, url) => {
    expect(labelKubeCall({ ...wire, url })).toBe(label);
  });

  test('of AWS, in either protocol', () => {
    const headers = { 'x-amz-target': 'ACMPrivateCA.IssueCertificate' };
    expect(labelAwsCall({ ...wire, url: '/', headers })).toBe('IssueCertificate');
    expect(labelAwsCall({ ...wire, url: '/', body: 'Action=AssumeRole&Version=1' })).toBe('AssumeRole');
  });
});
