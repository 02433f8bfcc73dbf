import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { createAccountKey, loadAccountKey } from '../../src/acme/account-key.ts';
import { type AcmeClient, createAcmeClient } from '../../src/acme/acme-client.ts';
import { createAcmeHttp } from '../../src/acme/http.ts';
import { systemClock } from '../../src/system/clock.ts';
import { type ChallengeServer, startChallengeServer } from '../acme/challenge-server.ts';
import { authorize, dnsIdentifiers, nextStep, obtainCertificate } from '../acme/order-driver.ts';
import { type Pebble, type PebbleOptions, startPebble } from '../acme/pebble.ts';
import { ensurePrograms } from '../cluster/programs/programs.ts';
import { isAlive } from '../cluster/supervisor/process-group.ts';
import { openssl } from '../support/openssl.ts';
import { dnsSan, ecKey, type KeyPair, mintCsr } from '../support/pki.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

let dns: ChallengeServer;
const endings: (() => Promise<void> | void)[] = [];

/** The first run builds Pebble; how long that takes is the machine's and the network's affair. */
const BUILD_LIMIT_MS = 15 * 60_000;

beforeAll(async () => {
  await ensurePrograms(['pebble', 'pebble-challtestsrv'], { log: say, environment: process.env });
  dns = await startChallengeServer();
  endings.push(() => dns.stop());
}, BUILD_LIMIT_MS);
afterAll(async () => {
  for (const end of endings.reverse()) await end();
});

interface Bench {
  readonly pebble: Pebble;
  /** With a key of its own, or another's; without an account. */
  readonly clientOf: (keyPem?: string) => Promise<AcmeClient>;
  /** That has an account. */
  readonly client: AcmeClient;
}

async function openBench(options: PebbleOptions = {}): Promise<Bench> {
  const pebble = await startPebble({ dnsServer: dns.dnsServer, ...options });
  endings.push(() => pebble.stop());
  const { directoryUrl, caPem } = pebble;
  const http = createAcmeHttp({ caPem, userAgent: 'test', network: { proxies: {} } });
  endings.push(() => http.close());
  const clientOf = async (keyPem?: string): Promise<AcmeClient> => {
    const key = loadAccountKey(keyPem ?? (await createAccountKey()));
    return createAcmeClient({ directoryUrl, http, clock: systemClock, key });
  };
  const client = await clientOf();
  await client.newAccount({ contact: ['mailto:admin@example.org'], externalAccountBinding: pebble });
  return { pebble, clientOf, client };
}

const csrOf = (names: readonly string[], key?: KeyPair): Buffer =>
  mintCsr({ extensions: [dnsSan(...names)], ...(key && { key }) });

/** The chain links to Pebble's root, by openssl's judgement; the names are those of the leaf. */
async function namesOfVerified(pem: string, pebble: Pebble): Promise<string[]> {
  const [leaf = '', ...rest] = pem.match(/-----BEGIN[^]+?-----END CERTIFICATE-----\n/g) ?? [];
  const files = { leaf, rest: rest.join(''), root: await pebble.roots() };
  expect(openssl(['verify', '-CAfile', 'root', '-untrusted', 'rest', 'leaf'], files)).toBe('leaf: OK\n');
  return (new X509Certificate(leaf).subjectAltName ?? '').split(', ').sort();
}

describe('with a binding demanded, and 5 % of all nonces refused', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench({ externalAccountBinding: true, nonceReject: 5, blockedDomains: ['blocked.example'] });
  });

  test('an account needs the binding, with the key id and the MAC key that the server knows', async () => {
    const { pebble, clientOf } = bench;
    const { keyId, macKey } = pebble;
    const client = await clientOf();
    expect((await client.directory()).meta.externalAccountRequired).toBe(true);
    const refused = (code: string) => ({ name: 'AcmeProblem', status: 403, code, outcomeUnknown: false });
    await expect(client.newAccount({ contact: [] })).rejects.toMatchObject(refused('externalAccountRequired'));
    const wrongMac = { keyId, macKey: macKey.split('').reverse().join('') };
    const wrongId = { keyId: 'key-2', macKey };
    for (const externalAccountBinding of [wrongMac, wrongId])
      await expect(client.newAccount({ contact: [], externalAccountBinding })).rejects.toMatchObject(
        refused('unauthorized'),
      );
    expect(client.accountUrl).toBeUndefined();
    const padded = { keyId, macKey: `${macKey}=\n` };
    const { account } = await client.newAccount({ contact: [], externalAccountBinding: padded });
    expect(account).toEqual({ status: 'valid', contact: [] });
  });

  test('an account is found again by its key alone, and none is made for a key that is not known', async () => {
    const { pebble, clientOf } = bench;
    const keyPem = await createAccountKey();
    const made = await (await clientOf(keyPem)).newAccount({ contact: [], externalAccountBinding: pebble });
    const again = await clientOf(keyPem);
    expect(await again.findAccount()).toEqual(made);
    expect(await again.getAccount()).toEqual(made.account);
    expect(await (await clientOf(keyPem)).newAccount({ contact: [], externalAccountBinding: pebble })).toEqual(made);
    expect(await (await clientOf()).findAccount()).toBeUndefined();
  });

  test('apex and wildcard together are proved by two values of one record', async () => {
    const names = ['apex.example', '*.apex.example'];
    const pem = await obtainCertificate({ ...bench, dns }, names, csrOf(names));
    expect(await namesOfVerified(pem, bench.pebble)).toEqual(['DNS:*.apex.example', 'DNS:apex.example']);
  });

  test('an order without its proofs is not ready, and tells so', async () => {
    const names = ['early.example'];
    const { order } = await bench.client.newOrder({ identifiers: dnsIdentifiers(...names) });
    expect(order.status).toBe('pending');
    const early = bench.client.finalize(order, csrOf(names));
    await expect(early).rejects.toMatchObject({ code: 'orderNotReady', status: 403, outcomeUnknown: false });
  });

  test('a proof that is wrong ends the order, and the name is told', async () => {
    await dns.addTxt('_acme-challenge.wrong.example', 'something-else');
    const identifiers = dnsIdentifiers('wrong.example', '*.right.example');
    const { url } = await bench.client.newOrder({ identifiers });
    const addTxt = (name: string, value: string): Promise<void> =>
      name.includes('right') ? dns.addTxt(name, value) : Promise.resolve();
    const step = await authorize({ client: bench.client, dns: { addTxt } }, url);
    expect(step).toMatchObject({
      ...{ kind: 'dead', reason: 'failed', identifiers: dnsIdentifiers('wrong.example') },
      problem: { code: 'unauthorized', detail: 'Correct value not found for DNS challenge' },
    });
  });

  test('a name that the server does not sign is told by its subproblem', async () => {
    const refused = bench.client.newOrder({ identifiers: dnsIdentifiers('fine.example', 'shop.blocked.example') });
    const identifier = { type: 'dns', value: 'shop.blocked.example' };
    await expect(refused).rejects.toMatchObject({
      code: 'rejectedIdentifier',
      subproblems: [{ code: 'rejectedIdentifier', identifier }],
    });
  });
});

describe('with challenges that pass by themselves', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench({ alwaysValid: true, authorizationReuse: 100 });
  });

  test('what was proved before makes the next order ready at once', async () => {
    const names = ['again.example'];
    await obtainCertificate(bench, names, csrOf(names));
    const { order } = await bench.client.newOrder({ identifiers: dnsIdentifiers(...names) });
    expect(order.status).toBe('ready');
  });

  describe('what is not a good CSR', () => {
    const names = ['csr.example'];
    const accountKey = ecKey();
    test.each([
      ['one with an account’s key', () => csrOf(names, accountKey), 'badCSR'],
      ['one whose signature is wrong', () => corrupted(csrOf(names)), 'badCSR'],
      ['one for other names', () => csrOf(['other.example']), 'unauthorized'],
      ['none at all', () => Buffer.from('no CSR'), 'malformed'],
    ])('%s is refused, and the order stays ready', async (_, csr, code) => {
      const keyPem = accountKey.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
      const client = await bench.clientOf(keyPem);
      await client.newAccount({ contact: [] });
      const { url, order } = await client.newOrder({ identifiers: dnsIdentifiers(...names) });
      expect(await authorize({ client }, url)).toEqual({ kind: 'finalize' });
      await expect(client.finalize(order, csr())).rejects.toMatchObject({ code, outcomeUnknown: false });
      expect(await nextStep(client, url)).toEqual({ kind: 'finalize' });
    });
  });

  test('a certificate is revoked once', async () => {
    const names = ['revoked.example'];
    const pem = await obtainCertificate(bench, names, csrOf(names));
    const der = new X509Certificate(pem).raw;
    await bench.client.revokeCertificate({ der, reason: 4 });
    await expect(bench.client.revokeCertificate({ der })).rejects.toMatchObject({ code: 'alreadyRevoked' });
  });

  test('an account that was given up orders nothing, and does not come back', async () => {
    const client = await bench.clientOf();
    await client.newAccount({ contact: [] });
    expect((await client.deactivateAccount()).status).toBe('deactivated');
    const refused = { name: 'AcmeProblem', code: 'unauthorized' };
    await expect(client.newOrder({ identifiers: dnsIdentifiers('a.example') })).rejects.toMatchObject(refused);
    await expect(client.getAccount()).rejects.toMatchObject(refused);
    await expect(client.newAccount({ contact: [] })).rejects.toMatchObject(refused);
    await expect(client.findAccount()).rejects.toMatchObject(refused);
  });

  test('a server of an unknown CA is not asked for anything', async () => {
    const { directoryUrl } = bench.pebble;
    const http = createAcmeHttp({ userAgent: 'test', network: { proxies: {} } });
    endings.push(() => http.close());
    const key = loadAccountKey(await createAccountKey());
    const client = createAcmeClient({ directoryUrl, http, clock: systemClock, key });
    const refused = { code: 'DEPTH_ZERO_SELF_SIGNED_CERT', outcomeUnknown: false };
    await expect(client.newAccount({ contact: [] })).rejects.toMatchObject(refused);
  });

  test('an order of another account is not shown', async () => {
    const { url } = await bench.client.newOrder({ identifiers: dnsIdentifiers('mine.example') });
    const other = await bench.clientOf();
    await other.newAccount({ contact: [] });
    await expect(other.getOrder(url)).rejects.toMatchObject({ name: 'AcmeProblem', code: 'unauthorized' });
  });
});

describe('when nonces are refused', () => {
  test('half of the time, an order goes its whole way', async () => {
    const bench = await openBench({ nonceReject: 50 });
    const names = ['half.example', '*.half.example', 'other-half.example'];
    const pem = await obtainCertificate({ ...bench, dns }, names, csrOf(names));
    expect(await namesOfVerified(pem, bench.pebble)).toHaveLength(3);
  });

  test('always, the call ends with the server’s own problem', async () => {
    const pebble = await startPebble({ nonceReject: 100 });
    endings.push(() => pebble.stop());
    const http = createAcmeHttp({ caPem: pebble.caPem, userAgent: 'test', network: { proxies: {} } });
    endings.push(() => http.close());
    const key = loadAccountKey(await createAccountKey());
    const client = createAcmeClient({ directoryUrl: pebble.directoryUrl, http, clock: systemClock, key });
    const refused = { name: 'AcmeProblem', operation: 'newAccount', status: 400, code: 'badNonce' };
    await expect(client.newAccount({ contact: [] })).rejects.toMatchObject(refused);
  });
});

describe('startPebble', () => {
  test('ends its process', async () => {
    const pebble = await startPebble();
    expect(isAlive(pebble.pid)).toBe(true);
    await pebble.stop();
    expect(isAlive(pebble.pid)).toBe(false);
  });
});

/** The last byte belongs to the signature. */
function corrupted(der: Buffer): Buffer {
  const copy = Buffer.from(der);
  copy.writeUInt8(copy.readUInt8(copy.length - 1) ^ 1, copy.length - 1);
  return copy;
}
