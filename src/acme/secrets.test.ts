import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { type AcmeReply, reply } from '../../test/acme/acme-server.ts';
import { type ClientBench, openClientBench } from '../../test/acme/client-bench.ts';

let bench: ClientBench;
beforeEach(async () => {
  bench = await openClientBench();
});
afterEach(() => bench.close());

const externalAccountBinding = { keyId: 'key-1', macKey: randomBytes(32).toString('base64url') };

/** Repeats the request to whoever sent it, as a debugging server may. */
const echo: AcmeReply = (response, request) => {
  const { header = {}, payload } = request.signed ?? {};
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value ?? '')).toString('base64url');
  const jws = { protected: encode(header), payload: encode(payload), signature: randomBytes(64).toString('base64url') };
  reply(400, { type: 'urn:x', detail: `cannot read ${JSON.stringify(jws)}` })(response, request);
};
const lose: AcmeReply = (response) => void response.socket?.destroy();
const babble: AcmeReply = (response, request) =>
  void response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(`not JSON: ${JSON.stringify(request.signed?.payload)}`);

test.each([
  ['a server that repeats requests', echo],
  ['a connection that ends', lose],
  ['an answer that cannot be read', babble],
])('no key, MAC or JWS comes out by the error of %s', async (_, answer) => {
  const { client, server, keyPem } = bench;
  const secrets = [
    keyPem.split('\n')[1] ?? '',
    externalAccountBinding.macKey,
    'eyJ',
    '"protected":"ey',
    'payload":"ey',
  ];
  server.next('/new-account', answer);
  server.next('/order/1/finalize', answer);
  const calls = [
    () => client.newAccount({ contact: [], externalAccountBinding }),
    () => client.finalize({ finalize: server.url('/order/1/finalize') }, randomBytes(300)),
  ];
  for (const call of calls) {
    const error = await call().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    const shown = inspect(error, { depth: 20, showHidden: true });
    for (const secret of secrets) expect(shown).not.toContain(secret);
  }
});

test('nor does the client show its key', () => {
  const { client, key, keyPem } = bench;
  const shown = inspect(client, { depth: 20, showHidden: true }) + JSON.stringify(client);
  expect(shown).not.toContain(keyPem.split('\n')[1]);
  const { d } = key.privateKey.export({ format: 'jwk' });
  expect(shown).not.toContain(d);
});
