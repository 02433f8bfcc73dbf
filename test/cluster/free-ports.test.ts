import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { findFreePorts, isFree } from './free-ports.ts';

test('a port on which somebody listens is not free, and is free again afterwards', async () => {
  // One that nobody is given for an outgoing connection as soon as it is free again.
  const [wanted] = await findFreePorts(1);
  const server = createServer().listen(wanted, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await isFree(port)).toBe(false);
  await new Promise((resolve) => server.close(resolve));
  expect(await isFree(port)).toBe(true);
});

test('ports that are found are distinct', async () => {
  expect(new Set(await findFreePorts(20)).size).toBe(20);
});
