import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { promises } from 'node:dns';
import { decode, encode } from 'dns-packet';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { askNameServerBy, NameServerError } from './ask-name-server.ts';

let socket: Socket;
let port: number;
let reply: { readonly texts?: readonly string[][]; readonly code?: number };
let asked: string[];

beforeEach(async () => {
  asked = [];
  socket = createSocket('udp4', (message, { port: from, address }) => {
    const { id = 0, questions = [] } = decode(message);
    asked.push(...questions.map(({ name, type }) => `${name} ${type}`));
    const answers = (reply.texts ?? []).map((data) => ({
      ...{ type: 'TXT', name: questions[0]?.name ?? '', ttl: 10, class: 'IN' },
      data,
    }));
    const flags = 0x400 | (reply.code ?? 0);
    socket.send(
      encode({ type: 'response', id, flags, questions, answers } as Parameters<typeof encode>[0]),
      from,
      address,
    );
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  ({ port } = socket.address());
});
afterEach(() => void socket.close());

const createResolver = () => new promises.Resolver({ timeout: 2_000, tries: 1 });
const unneeded = (): Promise<never> => Promise.reject(new Error('an address needs no lookup'));
const ask = () => askNameServerBy({ lookup: unneeded, createResolver })(`127.0.0.1:${port}`, '_acme-challenge.a.test');

test('what the name server says: strings of one record belong together', async () => {
  reply = { texts: [['one'], ['t', 'wo']] };
  expect((await ask()).toSorted()).toEqual(['one', 'two']);
  expect(asked).toEqual(['_acme-challenge.a.test TXT']);
});

test.each([
  ['NOERROR without answers', 0],
  ['NXDOMAIN', 3],
])('%s: there is none', async (_, code) => {
  reply = { code };
  expect(await ask()).toEqual([]);
});

test.each([
  ['SERVFAIL', 2, 'ESERVFAIL'],
  ['REFUSED', 5, 'EREFUSED'],
])('%s is no answer', async (_, code, told) => {
  reply = { code };
  await expect(ask()).rejects.toMatchObject({ name: 'NameServerError', code: told });
});

test('a name is looked up first; one that has no address cannot be asked', async () => {
  const servers: string[][] = [];
  const resolver = {
    setServers: (addresses: readonly string[]) => void servers.push([...addresses]),
    resolveTxt: () => Promise.resolve([['v']]),
  };
  const lookup = (name: string) =>
    name === 'ns.test'
      ? Promise.resolve([
          { address: '192.0.2.1', family: 4 },
          { address: '2001:db8::1', family: 6 },
        ])
      : Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
  const asking = askNameServerBy({ lookup, createResolver: () => resolver });
  expect(await asking('ns.test', 'a.test')).toEqual(['v']);
  expect(await asking('192.0.2.7', 'a.test')).toEqual(['v']);
  expect(servers).toEqual([['192.0.2.1', '2001:db8::1'], ['192.0.2.7']]);
  const error = await asking('none.test', 'a.test').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(NameServerError);
  expect(error).toMatchObject({ code: 'ENOTFOUND' });
});

test('does not swallow a fault of this program', async () => {
  const createFaulty = () => ({ setServers: () => undefined, resolveTxt: () => Promise.reject(new TypeError('bug')) });
  await expect(askNameServerBy({ lookup: unneeded, createResolver: createFaulty })('192.0.2.1', 'a')).rejects.toThrow(
    'bug',
  );
});
