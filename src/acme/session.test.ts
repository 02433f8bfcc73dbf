import { describe, expect, test } from '@jest/globals';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { createAccountKey, loadAccountKey } from './account-key.ts';
import { createAcmeClient } from './acme-client.ts';
import type { AcmeHttp } from './http.ts';

const key = loadAccountKey(await createAccountKey());
const urls = (base: string): Record<string, string> =>
  Object.fromEntries(['newNonce', 'newAccount', 'newOrder', 'revokeCert'].map((name) => [name, `${base}/${name}`]));

const order = { status: 'ready', identifiers: [], authorizations: [], finalize: 'x' };

/** A server whose directory is `directory`; every URL is an order. */
function clientOf(directory: unknown, directoryUrl = 'https://ca.example/directory') {
  const called: string[] = [];
  const http: AcmeHttp = async ({ method, url }) => {
    called.push(`${method} ${url}`);
    const body = url === directoryUrl ? directory : order;
    const headers = { 'content-type': 'application/json', 'replay-nonce': 'n' };
    return { status: 200, headers, body: Buffer.from(JSON.stringify(body)) };
  };
  const options = { directoryUrl, http, clock: new FakeClock(), key, accountUrl: 'https://ca.example/account/1' };
  return { client: createAcmeClient(options), called };
}

describe('the servers that may be called', () => {
  test('are the directory’s own and those that it names', async () => {
    const { client } = clientOf({ ...urls('https://ca.example'), newOrder: 'https://orders.example/new' });
    const read = (url: string) => client.getOrder(url).then(({ status }) => status);
    expect(await read('https://ca.example/order/1')).toBe('ready');
    expect(await read('https://orders.example/order/1')).toBe('ready');
    const foreign = { name: 'AcmeTransportError', code: 'FOREIGN_URL' };
    await expect(read('https://ca.example:8443/order/1')).rejects.toMatchObject(foreign);
    await expect(read('https://ca.example.evil.example/order/1')).rejects.toMatchObject(foreign);
    await expect(read('https://ca.example@evil.example/order/1')).rejects.toMatchObject(foreign);
  });

  test('are never those without TLS, when the directory came by TLS', async () => {
    const { client, called } = clientOf({ ...urls('https://ca.example'), newOrder: 'http://ca.example/new' });
    const foreign = { code: 'FOREIGN_URL', outcomeUnknown: false };
    await expect(client.newOrder({ identifiers: [] })).rejects.toMatchObject(foreign);
    expect(called).toEqual(['GET https://ca.example/directory']);
  });

  test('have to hand out nonces', async () => {
    const { client } = clientOf({ ...urls('https://ca.example'), newNonce: 'nonce' });
    await expect(client.directory()).rejects.toMatchObject({ code: 'FOREIGN_DIRECTORY' });
  });
});

describe('a directory', () => {
  test.each(['newNonce', 'newAccount', 'newOrder', 'revokeCert'])('needs %s', async (name) => {
    const { client } = clientOf({ ...urls('https://ca.example'), [name]: undefined });
    const message = `directory: in the answer "${name}" is not a text`;
    await expect(client.directory()).rejects.toMatchObject({ code: 'INVALID_ANSWER', message, outcomeUnknown: false });
  });

  test('may say nothing of terms and bindings', async () => {
    const { client } = clientOf(urls('https://ca.example'));
    expect((await client.directory()).meta).toEqual({ externalAccountRequired: false });
    const meta = { termsOfService: 'https://ca.example/terms', externalAccountRequired: true };
    expect((await clientOf({ ...urls('https://ca.example'), meta }).client.directory()).meta).toEqual(meta);
  });

  test('whose URL is none is told', async () => {
    const { client, called } = clientOf({}, 'ca.example/directory');
    await expect(client.directory()).rejects.toMatchObject({ code: 'FOREIGN_DIRECTORY' });
    expect(called).toEqual([]);
  });
});
