import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  accountUrl,
  AcmeBench,
  acmeOrder,
  allScopes,
  attempt,
  authorization,
  challenge,
  dns,
  orderUrl,
  problem,
  unreachable,
} from '../../../test/support/acme-bench.ts';
import { dns01Value } from '../../acme/dns01.ts';
import type { AcmSigner } from './acm-signer.ts';

const apex = authorization('pending', { identifier: dns('example.com'), challenges: [challenge()] });
const wild = authorization('pending', {
  identifier: dns('example.com'),
  wildcard: true,
  challenges: [challenge({ url: 'https://acme.test/chall/2', token: 'token-2' })],
});
const names = ['*.example.com', 'example.com'];
const order = (status: Parameters<typeof acmeOrder>[0]) =>
  acmeOrder(status, { identifiers: names.map(dns), authorizations: ['authz/apex', 'authz/wild'] });
const terms = `${accountUrl} challenged`;
const recordOf = (token: string): string => `_acme-challenge.example.com ${dns01Value(token, 'thumbprint')}`;
const both = new Set([recordOf('token-1'), recordOf('token-2')]);
const waiting = 'waiting for the names to be validated by dns-01 (TXT records at _acme-challenge)';

let bench: AcmeBench;
let signer: AcmSigner;
beforeEach(() => {
  bench = new AcmeBench();
  signer = createSigner();
});

const createSigner = (): AcmSigner =>
  bench.signer({
    provider: 'rfc8555',
    domains: [{ name: 'example.com', scope: allScopes, solver: bench.solver }],
  });
const collect = () => signer.collect(bench.request(names), orderUrl, terms);
const reads = (...authorizations: (typeof apex)[]): void => void bench.acme.on('getAuthorization', ...authorizations);

describe('an order with challenges', () => {
  test('apex and wildcard go together: both values stand side by side before any challenge is accepted', async () => {
    bench.acme.on('newOrder', { url: orderUrl, order: order('pending') });
    bench.acme.on('acceptChallenge', challenge({ status: 'processing', retryAfterMs: 3_000 }), challenge());
    reads(apex, wild);
    expect(await signer.begin(bench.request(names), attempt)).toMatchObject({ terms });
    expect(await collect()).toEqual({ kind: 'pending', afterMs: 5_000, message: waiting });
    expect(bench.solver.records).toEqual(both);
    expect(bench.acme.verbs).toEqual([
      ...['newOrder', 'getAuthorization', 'getAuthorization', 'acceptChallenge', 'acceptChallenge'],
    ]);
  });

  test.each([
    [0, 1_000],
    [86_400_000, 60_000],
  ])('a server that asks to come again after %d ms is asked after %d', async (retryAfterMs, afterMs) => {
    bench.acme.on('getOrder', order('pending'));
    bench.acme.on('acceptChallenge', challenge({ retryAfterMs }), challenge({ retryAfterMs }));
    reads(apex, wild);
    expect(await collect()).toMatchObject({ kind: 'pending', afterMs });
  });

  test('waits until the records can be seen, and accepts none before', async () => {
    bench.acme.on('getOrder', order('pending'), order('pending')).on('acceptChallenge', challenge(), challenge());
    bench.solver.presents.push({ kind: 'inSync' }, { kind: 'pending', afterMs: 4_000 });
    reads(apex, wild, apex, wild);
    expect(await collect()).toEqual({ kind: 'pending', afterMs: 4_000, message: waiting });
    expect(bench.acme.verbs).not.toContain('acceptChallenge');
    expect(await collect()).toMatchObject({ kind: 'pending' });
    expect(bench.acme.verbs.filter((verb) => verb === 'acceptChallenge')).toHaveLength(2);
  });

  test('is checked at the name servers where a solver does that, and nothing is accepted before all are seen', async () => {
    const sights = [
      ...[{ kind: 'seen' }, { kind: 'pending', afterMs: 4_000 }],
      ...[{ kind: 'seen' }, { kind: 'blocked', code: 'NotAtAllNameServers', message: 'ns-1', afterMs: 15_000 }],
    ] as const;
    const looks = sights.values();
    bench.solver.look = async () => looks.next().value ?? { kind: 'seen' };
    bench.acme.on('getOrder', order('pending'), order('pending'), order('pending'));
    bench.acme.on('acceptChallenge', challenge(), challenge());
    reads(apex, wild, apex, wild, apex, wild);
    expect(await collect()).toEqual({ kind: 'pending', afterMs: 4_000, message: waiting });
    expect(await collect()).toEqual({ kind: 'blocked', code: 'NotAtAllNameServers', message: 'ns-1', afterMs: 15_000 });
    expect(bench.acme.verbs).not.toContain('acceptChallenge');
    expect(await collect()).toMatchObject({ kind: 'pending' });
    expect(bench.acme.verbs.filter((verb) => verb === 'acceptChallenge')).toHaveLength(2);
  });

  test('goes on once they are validated: the records are removed and the order is finalised', async () => {
    bench.acme.on('getOrder', order('pending'), order('ready')).on('acceptChallenge', challenge(), challenge());
    bench.acme.on('finalize', order('valid')).on('downloadCertificate', bench.chain(names));
    reads(apex, wild);
    await collect();
    expect(await collect()).toMatchObject({ kind: 'issued' });
    expect(bench.solver.records).toEqual(new Set());
  });

  test('is looked at again while the server validates', async () => {
    const validating = authorization('pending', {
      identifier: dns('example.com'),
      challenges: [challenge({ status: 'processing' })],
    });
    bench.acme.on('getOrder', order('pending'));
    reads(validating, { ...wild, status: 'valid' });
    expect(await collect()).toEqual({ kind: 'pending', afterMs: 5_000, message: waiting });
    expect(bench.solver.records.size).toBe(0);
  });

  test('that failed says which name and why, and leaves no record', async () => {
    const error = {
      type: 'urn:ietf:params:acme:error:incorrectResponse',
      code: 'incorrectResponse',
      detail: 'no TXT',
      subproblems: [],
    } as const;
    bench.acme.on('getOrder', order('pending'), order('invalid')).on('acceptChallenge', challenge(), challenge());
    reads(apex, wild);
    await collect();
    reads({ ...apex, status: 'invalid', challenges: [challenge({ status: 'invalid', error })] }, wild);
    expect(await collect()).toMatchObject({
      kind: 'attemptFailed',
      code: 'incorrectResponse',
      checkIssuer: true,
      message: expect.stringMatching(/^The ACME server gave up on example\.com with incorrectResponse: no TXT\. Check/),
    });
    expect(bench.solver.records).toEqual(new Set());
  });

  test.each([
    ['a zone that is not there', { kind: 'blocked', code: 'ZoneNotFound', message: 'no zone', afterMs: 60_000 }],
    ['a service that fails', { kind: 'retry', code: 'InternalFailure', message: 'again', outcomeUnknown: false }],
  ] as const)('%s is what it waits for', async (_, setback) => {
    bench.acme.on('getOrder', order('pending'));
    reads(apex, wild);
    bench.solver.presents.push({ kind: 'pending', afterMs: 1 }, setback);
    expect(await collect()).toEqual(setback);
  });

  test('a challenge that cannot be accepted now is accepted later', async () => {
    bench.acme.on('getOrder', order('pending'));
    bench.acme.on(
      'acceptChallenge',
      problem('acceptChallenge', 'rateLimited', { status: 429, retryAfterMs: 9_000 }),
      challenge(),
    );
    reads(apex, wild);
    expect(await collect()).toMatchObject({ kind: 'retry', afterMs: 9_000 });
  });

  test('a challenge that cannot be accepted twice is looked at, a few times', async () => {
    const times = 4;
    bench.acme.on('getOrder', ...Array.from({ length: times }, () => order('pending')));
    const malformed = Array.from({ length: 2 * times }, () => problem('acceptChallenge', 'malformed', { status: 400 }));
    bench.acme.on('acceptChallenge', ...malformed);
    for (let i = 0; i < times; i++) reads(apex, wild);
    for (let i = 0; i < 3; i++) expect(await collect()).toEqual({ kind: 'pending', afterMs: 5_000, message: waiting });
    expect(await collect()).toMatchObject({ kind: 'blocked', code: 'malformed', afterMs: 60_000 });
  });

  test('whose mark somebody took from the request leaves no record behind all the same', async () => {
    bench.acme.on('getOrder', order('pending'), order('processing')).on('acceptChallenge', challenge(), challenge());
    reads(apex, wild);
    await collect();
    await signer.collect(bench.request(names), orderUrl, accountUrl);
    expect(bench.solver.records).toEqual(new Set());
  });

  test('of other names than the request is neither answered nor tidied up, whatever the request says', async () => {
    const others = acmeOrder('pending', { identifiers: [dns('other.example.com')], authorizations: ['authz/other'] });
    for (const record of both) bench.solver.records.add(record);
    bench.acme.on('getOrder', others, { ...others, status: 'invalid' });
    expect(await collect()).toMatchObject({ kind: 'foreign' });
    expect(await collect()).toMatchObject({ kind: 'foreign' });
    expect(bench.solver.records).toEqual(both);
    expect(bench.acme.verbs).toEqual(['getOrder', 'getOrder']);
  });

  test('that the issuer would not place any more fails without a record left behind', async () => {
    for (const record of both) bench.solver.records.add(record);
    signer = bench.signer({
      provider: 'rfc8555',
      domains: [{ name: 'example.com', scope: ['Exact'], solver: bench.solver }],
    });
    bench.acme.on('getOrder', order('pending'));
    reads(apex, wild);
    expect(await collect()).toMatchObject({ kind: 'rejected', code: 'UncoveredName' });
    expect(bench.acme.verbs).not.toContain('acceptChallenge');
    expect(bench.solver.records).toEqual(new Set());
  });

  test('without a solver for a name says which name it is', async () => {
    signer = bench.signer({ provider: 'rfc8555', domains: [] });
    bench.acme.on('getOrder', order('pending'));
    reads(apex, wild);
    expect(await collect()).toMatchObject({
      kind: 'blocked',
      code: 'NoSolver',
      message: expect.stringContaining('proof of example.com, *.example.com,'),
    });
  });

  test('that offers no dns-01 is given up, in words', async () => {
    bench.acme.on('getOrder', order('pending'));
    reads({ ...apex, challenges: [challenge({ type: 'http-01' })] }, wild);
    expect(await collect()).toMatchObject({
      kind: 'attemptFailed',
      message: expect.stringContaining('asks for a proof of example.com, but not by dns-01'),
    });
  });
});

describe('the authorizations of an order for a hundred names', () => {
  const hosts = Array.from({ length: 100 }, (_, index) => `h${index}.example.com`);
  const large = (status: Parameters<typeof acmeOrder>[0]) =>
    acmeOrder(status, { identifiers: hosts.map(dns), authorizations: hosts.map((host) => `authz/${host}`) });
  const readAll = async (status: Parameters<typeof acmeOrder>[0]): Promise<number> => {
    let inFlight = 0;
    let most = 0;
    bench.acme.on('getOrder', large(status));
    bench.acme.on(
      'getAuthorization',
      ...hosts.map((host) => async () => {
        most = Math.max(most, ++inFlight);
        await new Promise(setImmediate);
        inFlight -= 1;
        return authorization('valid', { identifier: dns(host), challenges: [challenge({ status: 'processing' })] });
      }),
    );
    await signer.collect(bench.request(hosts), orderUrl, terms);
    expect(bench.acme.calls).toEqual(expect.arrayContaining(hosts.map((host) => `getAuthorization authz/${host}`)));
    return most;
  };

  test.each(['pending', 'processing'] as const)('are read five at a time while it is %s', async (status) =>
    expect(await readAll(status)).toBe(5),
  );

  test('are read no further after a failure', async () => {
    bench.acme.on('getOrder', large('pending')).on('getAuthorization', authorization('valid'), unreachable());
    const rest = hosts.map(() => async () => {
      await new Promise(setImmediate);
      return authorization('valid');
    });
    bench.acme.on('getAuthorization', ...rest);
    expect(await signer.collect(bench.request(hosts), orderUrl, terms)).toMatchObject({ kind: 'retry' });
    for (let i = 0; i < 5; i++) await new Promise(setImmediate);
    expect(bench.acme.calls.length).toBeLessThan(8);
  });
});

describe('records are removed', () => {
  const validated = [
    { ...apex, status: 'valid' },
    { ...wild, status: 'valid' },
  ] as const;

  test.each(['ready', 'processing', 'valid', 'invalid'] as const)(
    'by a process that finds the order %s and knows nothing else of it',
    async (status) => {
      for (const record of both) bench.solver.records.add(record);
      bench.solver.records.add('_acme-challenge.example.com of somebody else');
      bench.acme.on('getOrder', order(status)).on('finalize', order('processing'));
      bench.acme.on('downloadCertificate', bench.chain(names));
      reads(...validated, ...validated);
      await collect();
      expect(bench.solver.records).toEqual(new Set(['_acme-challenge.example.com of somebody else']));
    },
  );

  describe('of two orders that share their challenges', () => {
    const other = () => signer.collect(bench.request(names, { uid: 'another' }), 'https://acme.test/order/2', terms);
    beforeEach(async () => {
      bench.acme.on('getOrder', order('pending'), order('pending'), order('processing'), order('processing'));
      bench.acme.on('acceptChallenge', ...Array.from({ length: 4 }, () => challenge()));
      reads(apex, wild, apex, wild);
      await collect();
      await other();
    });

    test('by the last one, not by the first', async () => {
      await other();
      expect(bench.solver.records).toEqual(both);
      await collect();
      expect(bench.solver.records).toEqual(new Set());
    });

    test('also when both end at the same time', async () => {
      await Promise.all([collect(), other()]);
      expect(bench.solver.records).toEqual(new Set());
    });
  });

  test('before the certificate is delivered, but nobody waits for it longer than a minute', async () => {
    bench.acme
      .on('getOrder', ...Array.from({ length: 9 }, () => order('valid')))
      .on('downloadCertificate', bench.chain(names));
    reads(...validated);
    for (const record of both) bench.solver.records.add(record);
    const denied = new Error('AccessDenied');
    bench.solver.removes.push(...Array.from({ length: 12 }, () => denied));
    for (let seconds = 0; seconds < 60; seconds += 10) {
      expect(await collect()).toEqual({ kind: 'pending', afterMs: 10_000 });
      await bench.clock.advance(10_000);
    }
    expect(await collect()).toMatchObject({ kind: 'issued' });
    expect(bench.logger.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', message: 'the record of a challenge could not be removed yet' }),
    );
  });

  test('also when the request is gone, or did not wait: later, when others come', async () => {
    bench.acme
      .on('getOrder', order('pending'), acmeOrder('processing'))
      .on('acceptChallenge', challenge(), challenge());
    reads(apex, wild);
    await collect();
    await bench.clock.advance(16 * 60_000);
    await signer.collect(bench.request(undefined, { uid: 'another' }), 'https://acme.test/order/2', accountUrl);
    expect(bench.solver.records).toEqual(new Set());
  });

  test('but not while a server takes its time to check them', async () => {
    const checked = { ...apex, challenges: [challenge({ status: 'processing' })] } as const;
    const proven = { ...wild, status: 'valid' } as const;
    bench.acme.on('getOrder', ...Array.from({ length: 4 }, () => order('pending')));
    bench.acme.on('acceptChallenge', challenge(), challenge());
    reads(apex, wild, checked, proven, checked, proven, checked, proven);
    await collect();
    for (let i = 0; i < 3; i++) {
      await bench.clock.advance(8 * 60_000);
      expect(await collect()).toMatchObject({ kind: 'pending' });
    }
    expect(bench.solver.records).toEqual(both);
  });

  test('later when the server does not show the authorizations', async () => {
    bench.acme.on('getOrder', order('processing'), order('processing'));
    bench.acme.on('getAuthorization', unreachable(), unreachable(), ...validated);
    for (const record of both) bench.solver.records.add(record);
    await collect();
    expect(bench.solver.records).toEqual(both);
    await collect();
    expect(bench.solver.records).toEqual(new Set());
  });
});
