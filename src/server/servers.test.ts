import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, test } from '@jest/globals';

import { createPing } from './health.ts';
import type { HealthCheck } from './health.ts';
import { ListenError } from './http-server.ts';
import type { HttpServer } from './http-server.ts';
import { createMetricsServer } from './metrics-server.ts';
import { createProbeServer } from './probe-server.ts';

const address = { host: '127.0.0.1', port: 0 };
const running: HttpServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

async function started(server: HttpServer): Promise<(path: string) => Promise<Response>> {
  running.push(server);
  await server.start();
  return (path) => fetch(`http://127.0.0.1:${server.port ?? 0}${path}`);
}

const ill: HealthCheck = { name: 'ill', check: () => 'broken' };
const registry = { contentType: 'text/plain; version=0.0.4', metrics: () => Promise.resolve('series 1\n') };

describe('probe server', () => {
  const checks = { healthz: [createPing('health')], readyz: [createPing('check'), ill], livez: [] };
  const flag = '--health-probe-bind-address 127.0.0.1:0';

  test.each<[string, number, string]>([
    ['/healthz', 200, 'ok'],
    ['/healthz/', 200, 'ok'],
    ['/healthz/health', 200, 'ok'],
    ['/healthz?verbose', 200, '[+]health ok\nhealthz check passed\n'],
    ['/healthz?verbose=1', 200, '[+]health ok\nhealthz check passed\n'],
    ['/readyz', 500, '[+]check ok\n[-]ill failed: reason withheld\nreadyz check failed\n'],
    ['/readyz?exclude=ill', 200, 'ok'],
    ['/readyz?exclude=ill&exclude=check', 200, 'ok'],
    ['/readyz/check', 200, 'ok'],
    ['/readyz/ill', 500, 'ill: broken\n'],
    ['/livez', 200, 'ok'],
  ])('%s answers %d', async (path, status, body) => {
    const get = await started(createProbeServer({ address, flag, checks }));
    const response = await get(path);
    expect([response.status, await response.text()]).toEqual([status, body]);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  });

  test.each(['/healthz/other', '/metrics', '/'])('%s is not there', async (path) => {
    const get = await started(createProbeServer({ address, flag, checks }));
    expect((await get(path)).status).toBe(404);
  });
});

describe('metrics server', () => {
  const flag = '--metrics-bind-address 127.0.0.1:0';

  test('/metrics is what the registry says, in its format', async () => {
    const get = await started(createMetricsServer({ address, flag, registry }));
    const response = await get('/metrics');
    expect([response.status, await response.text()]).toEqual([200, 'series 1\n']);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  });

  test('without a host it listens on every address', async () => {
    const get = await started(createMetricsServer({ address: { host: '', port: 0 }, flag, registry }));
    expect((await get('/metrics')).status).toBe(200);
  });

  test('switched off it listens nowhere, and stops all the same', async () => {
    const server = createMetricsServer({ address: undefined, flag, registry });
    await server.start();
    expect(server.port).toBeUndefined();
    await server.stop();
  });

  test('stopping does not wait for a client that keeps its connection', async () => {
    const server = createMetricsServer({ address, flag, registry });
    const get = await started(server);
    await (await get('/metrics')).text();
    await server.stop();
    expect(server.port).toBeUndefined();
    await expect(get('/metrics')).rejects.toThrow();
  });

  test('a taken port is one sentence that names the flag and the way out', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const taken = `--metrics-bind-address 127.0.0.1:${port}`;
    const server = createMetricsServer({ address: { host: '127.0.0.1', port }, flag: taken, registry });
    const error: unknown = await server.start().catch((reason: unknown) => reason);
    await new Promise((resolve) => other.close(resolve));
    expect(error).toBeInstanceOf(ListenError);
    expect(error).toMatchObject({
      code: 'PORT_TAKEN',
      message: `${taken}: the port is taken; choose another one or 0 to switch it off`,
    });
  });

  test('an address that the machine does not have is named', async () => {
    const server = createMetricsServer({ address: { host: '192.0.2.1', port: 0 }, flag: '--x 192.0.2.1:0', registry });
    await expect(server.start()).rejects.toMatchObject({
      code: 'NO_SUCH_ADDRESS',
      message: expect.stringMatching(/^--x 192\.0\.2\.1:0: /) as unknown,
    });
  });
});
