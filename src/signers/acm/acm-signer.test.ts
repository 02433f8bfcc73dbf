import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  accountUrl,
  acmeOrder,
  AcmeBench,
  attempt,
  dns,
  orderUrl,
  problem,
  problemDocument,
  unreachable,
} from '../../../test/support/acme-bench.ts';
import { certificatesPem, ecKey, mintCertificate, nameOf } from '../../../test/support/pki.ts';
import { AcmeProblem } from '../../acme/errors.ts';
import type { AcmSigner } from './acm-signer.ts';

let bench: AcmeBench;
let signer: AcmSigner;
beforeEach(() => {
  bench = new AcmeBench();
  signer = bench.signer();
});

const begin = (request = bench.request()) => signer.begin(request, attempt);
const collect = (request = bench.request(), reference = orderUrl, terms = accountUrl) =>
  signer.collect(request, reference, terms);
const placed = (status: Parameters<typeof acmeOrder>[0] = 'ready') => ({ url: orderUrl, order: acmeOrder(status) });
const valid = { status: 'valid', contact: [] } as const;

describe('begin', () => {
  test('places an order for the names, and nothing more', async () => {
    bench.acme.on('newOrder', placed());
    const outcome = await begin(bench.request(['b.example.com', 'A.example.com']));
    expect(outcome).toEqual({ kind: 'begun', reference: orderUrl, terms: accountUrl });
    expect(bench.acme.calls).toEqual(['newOrder a.example.com,b.example.com']);
  });

  test('tells in its terms that there are challenges', async () => {
    bench.acme.on('newOrder', placed('pending'));
    expect(await begin()).toEqual({ kind: 'begun', reference: orderUrl, terms: `${accountUrl} challenged` });
  });

  test('refuses what can never be issued without a call', async () => {
    expect(await begin(bench.request(['x.test']))).toMatchObject({ kind: 'rejected', code: 'UncoveredName' });
    expect(bench.acme.calls).toEqual([]);
  });

  test('is withheld when the request is not wanted any more', async () => {
    expect(await signer.begin(bench.request(), attempt, () => Promise.resolve(false))).toEqual({ kind: 'withheld' });
    expect(bench.acme.calls).toEqual([]);
  });

  test.each([
    ['no answer', unreachable(), { kind: 'retry', code: 'ECONNRESET', outcomeUnknown: true }],
    ['a failure', problem('newOrder', 'serverInternal', { status: 500 }), { kind: 'retry', outcomeUnknown: false }],
    ['an account that is gone', problem('newOrder', 'accountDoesNotExist', { status: 400 }), { kind: 'issuerFault' }],
    ['a binding that is asked for', problem('newOrder', 'externalAccountRequired'), { kind: 'issuerFault' }],
    [
      'what nobody understands',
      problem('newOrder', 'malformed', { status: 400 }),
      { kind: 'blocked', afterMs: 60_000 },
    ],
  ])('%s', async (_, error, expected) => {
    bench.acme.on('newOrder', error);
    expect(await begin()).toMatchObject(expected);
  });

  describe('names that the server rejects', () => {
    const rejects = (...codes: Parameters<typeof problemDocument>[0][]): void => {
      const subproblems = codes.map((code) => ({ ...problemDocument(code), identifier: dns('a.example.com') }));
      const document = problemDocument('compound', { subproblems });
      bench.acme.on(
        'newOrder',
        new AcmeProblem({ operation: 'newOrder', status: 400, problem: document, outcomeUnknown: false }),
      );
    };

    test('wait for a check of the issuer when its own domains cover them: ACM may have lost their validation', async () => {
      bench.acme.on('newOrder', problem('newOrder', 'rejectedIdentifier', { status: 400 }));
      expect(await begin()).toEqual({
        kind: 'issuerFault',
        code: 'rejectedIdentifier',
        message:
          "ACM answered newOrder with rejectedIdentifier: what was said. The issuer's domains (spec.acm.domains) cover these names, " +
          'so that their validation may have been deleted or narrowed on the endpoint: the issuer is checked and validates them again, ' +
          'see its status. If that says that all is well, ask for names closer to its domains.',
        credentialsRefused: false,
      });
    });

    test('wait also when that is not all that the server says of them', async () => {
      rejects('dns', 'rejectedIdentifier');
      expect(await begin()).toMatchObject({ kind: 'issuerFault' });
    });

    test('have failed when something else can never succeed', async () => {
      rejects('rejectedIdentifier', 'badCSR');
      expect(await begin()).toMatchObject({ kind: 'rejected', code: 'badCSR' });
    });

    test.each([
      ['others take care of the domains', { domains: [] }],
      ['another server than ACM says so', { provider: 'rfc8555' }],
    ] as const)('have failed when %s', async (_, change) => {
      signer = bench.signer(change);
      bench.acme.on('newOrder', problem('newOrder', 'rejectedIdentifier', { status: 400 }));
      expect(await begin()).toMatchObject({ kind: 'rejected', code: 'rejectedIdentifier' });
    });
  });

  test('waits as long as a server that has too much to do asks for', async () => {
    bench.acme.on('newOrder', problem('newOrder', 'rateLimited', { status: 429, retryAfterMs: 90_000 }));
    expect(await begin()).toMatchObject({ kind: 'retry', code: 'rateLimited', afterMs: 90_000 });
  });

  test('a server that has much to say is cut short', async () => {
    const subproblems = Array.from({ length: 100 }, (_, i) => ({
      ...problemDocument('rejectedIdentifier', { detail: 'no' }),
      identifier: dns(`n${i}.example.com`),
    }));
    const document = problemDocument('compound', { subproblems });
    signer = bench.signer({ domains: [] });
    bench.acme.on(
      'newOrder',
      new AcmeProblem({ operation: 'newOrder', status: 400, problem: document, outcomeUnknown: false }),
    );
    expect(await begin()).toMatchObject({
      kind: 'rejected',
      message: expect.stringContaining('n4.example.com: no. and 95 more. Ask for names'),
    });
  });

  test('a server that asks to wait for no time is left to the growing delay', async () => {
    bench.acme.on('newOrder', problem('newOrder', 'serverInternal', { status: 503, retryAfterMs: 0 }));
    expect(await begin()).not.toHaveProperty('afterMs');
  });

  test('what nobody understands is not left alone for longer than an hour', async () => {
    bench.acme.on('newOrder', problem('newOrder', 'malformed', { status: 400, retryAfterMs: 86_400_000 }));
    expect(await begin()).toMatchObject({ kind: 'blocked', afterMs: 3_600_000 });
  });

  test('denied while the account is valid: only requests for that domain wait, with one call a minute', async () => {
    bench.acme.on('newOrder', problem('newOrder', 'unauthorized'), placed()).on('getAccount', valid);
    signer = bench.signer({
      domains: [
        { name: 'example.com', scope: ['Subdomains'] },
        { name: 'example.org', scope: ['Exact'] },
      ],
    });
    expect(await begin()).toMatchObject({ kind: 'blocked', code: 'unauthorized', afterMs: 60_000 });
    expect(await begin(bench.request(['b.example.com'], { uid: 'uid-2' }))).toMatchObject({ kind: 'blocked' });
    expect(await begin(bench.request(['example.org'], { uid: 'uid-3' }))).toMatchObject({ kind: 'begun' });
    expect(bench.acme.verbs).toEqual(['newOrder', 'getAccount', 'newOrder']);
  });

  test('denied for the account: the issuer is at fault', async () => {
    bench.acme.on('newOrder', problem('newOrder', 'unauthorized', { status: 401 }));
    bench.acme.on('getAccount', { status: 'revoked', contact: [] });
    expect(await begin()).toEqual({
      kind: 'issuerFault',
      code: 'AccountNotValid',
      message: "The ACME account of the issuer is revoked. See the issuer's status.",
      credentialsRefused: false,
    });
  });
});

describe('collect', () => {
  test('an order that was just placed is finalised without another look', async () => {
    bench.acme.on('newOrder', placed()).on('finalize', acmeOrder('processing', { retryAfterMs: 7_000 }));
    await begin();
    expect(await collect()).toEqual({ kind: 'pending', afterMs: 7_000 });
    expect(bench.acme.verbs).toEqual(['newOrder', 'finalize']);
  });

  test('of another process goes on where it stands', async () => {
    bench.acme.on('getOrder', acmeOrder('ready'), acmeOrder('processing'), acmeOrder('valid'));
    bench.acme.on('finalize', acmeOrder('processing')).on('downloadCertificate', bench.chain());
    expect(await collect()).toEqual({ kind: 'pending', afterMs: 5_000 });
    expect(await collect()).toEqual({ kind: 'pending', afterMs: 5_000 });
    expect(await collect()).toMatchObject({ kind: 'issued', caPem: '', notices: [] });
    expect(bench.acme.verbs).toEqual(['getOrder', 'finalize', 'getOrder', 'getOrder', 'downloadCertificate']);
  });

  test('delivers in one pass where the server issues at once', async () => {
    bench.acme.on('newOrder', placed()).on('finalize', acmeOrder('valid')).on('downloadCertificate', bench.chain());
    await begin();
    expect(await collect()).toMatchObject({ kind: 'issued' });
  });

  test('an order that is ready after it was finalised is not finalised again before it was looked at', async () => {
    bench.acme.on('getOrder', acmeOrder('ready')).on('finalize', acmeOrder('ready'));
    expect(await collect()).toEqual({ kind: 'pending', afterMs: 5_000 });
  });

  test('asks right before it buys whether it may', async () => {
    bench.acme.on('getOrder', acmeOrder('ready'));
    const outcome = await signer.collect(bench.request(), orderUrl, accountUrl, () => Promise.resolve(false));
    expect(outcome).toEqual({ kind: 'withheld' });
    expect(bench.acme.verbs).toEqual(['getOrder']);
  });

  test('tells after ten minutes of processing that they are many, and goes on', async () => {
    bench.acme.on('getOrder', ...Array.from({ length: 4 }, () => acmeOrder('processing')));
    expect(await collect()).toEqual({ kind: 'pending', afterMs: 5_000 });
    await bench.clock.advance(599_000);
    expect(await collect()).toEqual({ kind: 'pending', afterMs: 5_000 });
    await bench.clock.advance(1_000);
    const late = await collect();
    expect(late).toMatchObject({ kind: 'pending', afterMs: 60_000, message: expect.stringContaining('ten minutes') });
    await bench.clock.advance(60_000);
    expect(await collect()).toEqual(late);
  });

  test('a call whose outcome nobody knows is followed by a look at the order', async () => {
    bench.acme.on('getOrder', acmeOrder('ready'), acmeOrder('processing')).on('finalize', unreachable());
    expect(await collect()).toMatchObject({ kind: 'retry', outcomeUnknown: true });
    await bench.clock.advance(1_000);
    expect(await collect()).toMatchObject({ kind: 'pending' });
    expect(bench.acme.verbs).toEqual(['getOrder', 'finalize', 'getOrder']);
  });

  test('an order that is not ready after all is looked at again', async () => {
    bench.acme.on('newOrder', placed()).on('finalize', problem('finalize', 'orderNotReady'));
    bench.acme.on('getOrder', acmeOrder('processing'));
    await begin();
    expect(await collect()).toMatchObject({ kind: 'retry', code: 'orderNotReady', afterMs: 1_000 });
    await bench.clock.advance(1_000);
    expect(await collect()).toMatchObject({ kind: 'pending' });
  });

  test('a throttled call comes again with its turn, the order known as it was', async () => {
    bench.acme.on('getOrder', acmeOrder('ready'));
    bench.acme.on(
      'finalize',
      problem('finalize', 'rateLimited', { status: 429, retryAfterMs: 3_000 }),
      acmeOrder('processing'),
    );
    const throttled = await collect();
    expect(throttled).toMatchObject({ kind: 'retry', code: 'rateLimited' });
    const { afterMs = 0 } = throttled as { afterMs?: number };
    expect(afterMs).toBeGreaterThanOrEqual(3_000);
    await bench.clock.advance(afterMs);
    expect(await collect()).toMatchObject({ kind: 'pending' });
    expect(bench.acme.verbs).toEqual(['getOrder', 'finalize', 'finalize']);
  });

  test('the server refuses the CSR: the request has failed', async () => {
    bench.acme.on('getOrder', acmeOrder('ready')).on('finalize', problem('finalize', 'badCSR', { status: 400 }));
    expect(await collect()).toEqual({
      kind: 'rejected',
      code: 'badCSR',
      message:
        'ACM answered finalize with badCSR: what was said. ACM issues for RSA 2048, P-256 and P-384, as far as the endpoint allows them.',
    });
  });

  test('the role is denied: requests for that domain wait, with one call a minute, and nobody fails', async () => {
    bench.acme.on('getOrder', acmeOrder('ready'), acmeOrder('ready'), acmeOrder('ready'), acmeOrder('ready'));
    bench.acme
      .on('getAccount', valid, valid)
      .on('finalize', problem('finalize', 'unauthorized'), acmeOrder('processing'));
    const denied = await collect();
    expect(denied).toMatchObject({ kind: 'blocked', code: 'unauthorized', afterMs: 60_000 });
    expect(denied).toMatchObject({
      message: expect.stringMatching(/refuses finalize for example\.com with.*acm:RequestCertificate/),
    });
    expect(await collect(bench.request(undefined, { uid: 'uid-2' }))).toMatchObject({ kind: 'blocked' });
    expect(bench.acme.verbs.filter((verb) => verb === 'finalize')).toHaveLength(1);
    await bench.clock.advance(60_000);
    expect(await collect()).toMatchObject({ kind: 'pending' });
    expect(await collect(bench.request(undefined, { uid: 'uid-2' }))).not.toMatchObject({ kind: 'blocked' });
  });
});

describe('whose order it is', () => {
  test.each([
    ['one of another account', `${accountUrl}2`],
    ['one without terms', ''],
  ])('%s is ignored without a call', async (_, terms) => {
    expect(await collect(undefined, undefined, terms)).toMatchObject({ kind: 'foreign' });
    expect(bench.acme.calls).toEqual([]);
  });

  test('one for other names is ignored', async () => {
    bench.acme.on('getOrder', acmeOrder('ready', { identifiers: [dns('a.example.com'), dns('b.example.com')] }));
    expect(await collect()).toMatchObject({ kind: 'foreign' });
  });

  test.each([
    ['does not know', problem('getOrder', 'malformed', { status: 404 })],
    ['does not even have', unreachable('FOREIGN_URL', false)],
  ])('one that the server %s is ignored', async (_, error) => {
    bench.acme.on('getOrder', error);
    expect(await collect()).toMatchObject({ kind: 'foreign' });
  });

  test('one at whose URL something without words answers 404 is looked for again, and ignored after five minutes', async () => {
    const document = {
      type: 'about:blank',
      code: 'other',
      detail: 'the server answered 404',
      subproblems: [],
    } as const;
    const bare = new AcmeProblem({ operation: 'getOrder', status: 404, problem: document, outcomeUnknown: false });
    bench.acme.on('getOrder', bare, acmeOrder('processing'), bare, bare, bare);
    const missing = {
      kind: 'retry',
      code: 'OrderNotFound',
      message: expect.stringContaining('Where ACM has the order there is an answer of 404 without a word of its own'),
      outcomeUnknown: false,
    };
    expect(await collect()).toEqual(missing);
    await bench.clock.advance(299_000);
    expect(await collect()).toMatchObject({ kind: 'pending' });
    await bench.clock.advance(1_000);
    expect(await collect()).toEqual(missing);
    await bench.clock.advance(299_000);
    expect(await collect()).toEqual(missing);
    await bench.clock.advance(1_000);
    expect(await collect()).toMatchObject({ kind: 'foreign' });
  });

  test.each(['directory', 'newNonce'])('a %s that is not found says nothing of it', async (operation) => {
    bench.acme.on('getOrder', problem(operation, 'other', { status: 404 }));
    expect(await collect()).toMatchObject({ kind: 'blocked', afterMs: 60_000 });
  });

  test('one that the server denies is ignored when the account is valid, which is asked once in ten seconds', async () => {
    const denied = problem('getOrder', 'unauthorized');
    bench.acme.on('getOrder', denied, denied, denied).on('getAccount', valid, { ...valid, status: 'revoked' });
    expect(await collect()).toMatchObject({ kind: 'foreign' });
    expect(await collect()).toMatchObject({ kind: 'foreign' });
    await bench.clock.advance(10_000);
    expect(await collect()).toMatchObject({ kind: 'issuerFault', code: 'AccountNotValid' });
  });

  test('one that the server gave us a moment ago and does not know yet is looked for again', async () => {
    bench.acme.on('newOrder', placed()).on('finalize', acmeOrder('processing'));
    bench.acme.on('getOrder', problem('getOrder', 'malformed', { status: 404 }));
    await begin();
    await collect();
    expect(await collect()).toMatchObject({ kind: 'retry', code: 'OrderNotFound' });
  });

  test('one that the server took from this account a moment ago and denies now is not replaced, for it may be bought', async () => {
    const denied = problem('getOrder', 'unauthorized');
    bench.acme.on('newOrder', placed()).on('finalize', acmeOrder('processing'));
    bench.acme.on('getOrder', denied, denied).on('getAccount', valid, valid);
    await begin();
    await collect();
    expect(await collect()).toEqual({
      kind: 'blocked',
      code: 'unauthorized',
      message:
        'ACM took the order from this account, which is valid, and does not show it to it now: unauthorized: what was said. ' +
        'The order may be bought already, so it is not replaced yet; it is looked at again every minute.',
      afterMs: 60_000,
    });
    await bench.clock.advance(10 * 60_000);
    expect(await collect()).toMatchObject({ kind: 'foreign' });
  });

  test('one that somebody else finalised, for another key, is ignored', async () => {
    bench.acme.on('getOrder', acmeOrder('valid'));
    bench.acme.on('downloadCertificate', bench.authority.chainFor(ecKey(), ['a.example.com']));
    expect(await collect()).toMatchObject({ kind: 'foreign', message: expect.stringContaining('another key') });
  });

  test('a reference without our binding is never looked at', async () =>
    expect(await signer.adopt()).toMatchObject({ kind: 'foreign' }));
});

describe('an order that the issuer would not place any more', () => {
  beforeEach(() => {
    signer = bench.signer({ domains: [{ name: 'other.test', scope: ['Exact'] }] });
  });

  test('is not finalised', async () => {
    bench.acme.on('getOrder', acmeOrder('ready'));
    expect(await collect()).toMatchObject({ kind: 'rejected', code: 'UncoveredName' });
    expect(bench.acme.verbs).toEqual(['getOrder']);
  });

  test('is awaited and delivered once it is bought', async () => {
    bench.acme.on('getOrder', acmeOrder('processing'), acmeOrder('valid')).on('downloadCertificate', bench.chain());
    expect(await collect()).toMatchObject({ kind: 'pending' });
    expect(await collect()).toMatchObject({ kind: 'issued' });
  });
});

describe('an order that died', () => {
  const dead = (code: Parameters<typeof problemDocument>[0]) => acmeOrder('invalid', { error: problemDocument(code) });

  test('is replaced soon, then more and more rarely, and the issuer is told where that may help', async () => {
    bench.acme.on('getOrder', ...Array.from({ length: 9 }, () => dead('dns')));
    const waits: unknown[] = [];
    for (let i = 0; i < 7; i++) waits.push(((await collect()) as { afterMs?: number }).afterMs);
    expect(waits).toEqual([30_000, 60_000, 120_000, 240_000, 480_000, 900_000, 900_000]);
    expect(await collect()).toMatchObject({ kind: 'attemptFailed', code: 'dns', checkIssuer: true });
    expect(await collect(bench.request(undefined, { uid: 'another' }))).toMatchObject({ afterMs: 30_000 });
  });

  test('says why', async () => {
    bench.acme.on('getOrder', dead('dns'));
    expect(await collect()).toMatchObject({
      message:
        "ACM gave up on the order with dns: what was said. The issuer writes the domain's validation record (CNAME) again; " +
        'see its status. Another order is placed, at first soon and then more and more rarely.',
    });
  });

  test.each([
    ['serverInternal', { kind: 'attemptFailed', afterMs: 2_000, checkIssuer: false }],
    ['caa', { kind: 'attemptFailed', afterMs: 30_000, checkIssuer: true }],
    ['badCSR', { kind: 'rejected' }],
    ['rejectedIdentifier', { kind: 'attemptFailed', afterMs: 30_000, checkIssuer: true }],
  ] as const)('of %s', async (code, expected) => {
    bench.acme.on('getOrder', dead(code));
    expect(await collect()).toMatchObject({ ...expected, code });
  });

  test('of names that no domain of the issuer covers', async () => {
    signer = bench.signer({ domains: [] });
    bench.acme.on('getOrder', dead('rejectedIdentifier'));
    expect(await collect()).toMatchObject({ kind: 'rejected', code: 'rejectedIdentifier' });
  });

  test('is forgotten once a certificate is there', async () => {
    bench.acme.on('getOrder', dead('dns'), acmeOrder('valid'), dead('dns')).on('downloadCertificate', bench.chain());
    await collect();
    await collect();
    expect(await collect()).toMatchObject({ afterMs: 30_000 });
  });
});

describe('an order that ACM does not approve', () => {
  test.each([
    [
      [{ name: 'example.com', scope: ['Subdomains'] }],
      /For a\.example\.com there is example\.com with the scope Subdomains/,
    ],
    [[], /Validate its domain on the ACME endpoint/],
  ] as const)('says for %j what may be missing', async (domains, message) => {
    signer = bench.signer({ domains });
    bench.acme.on('getOrder', acmeOrder('pending'));
    bench.acme.on('getAuthorization', {
      status: 'pending',
      identifier: dns('a.example.com'),
      wildcard: false,
      challenges: [],
    });
    expect(await collect()).toMatchObject({
      ...{ kind: 'attemptFailed', code: 'unsolvable', checkIssuer: true, message: expect.stringMatching(message) },
    });
  });
});

describe('the certificate', () => {
  const issue = async (pem: string, request = bench.request()) => {
    bench.acme.on('getOrder', acmeOrder('valid')).on('downloadCertificate', pem);
    return collect(request);
  };

  test('is given with its chain as served, without the root', async () => {
    const { root, intermediate } = bench.authority;
    const leaf = bench.authority.leaf(bench.key, ['a.example.com']);
    const outcome = await issue(certificatesPem(leaf, intermediate.der, root.der));
    expect(outcome).toMatchObject({ chainPem: certificatesPem(leaf, intermediate.der), caPem: '' });
  });

  test('is put into order where the server mixed up the chain', async () => {
    const { root, intermediate } = bench.authority;
    const leaf = bench.authority.leaf(bench.key, ['a.example.com']);
    const outcome = await issue(certificatesPem(leaf, root.der, intermediate.der));
    expect(outcome).toMatchObject({ chainPem: certificatesPem(leaf, intermediate.der) });
  });

  test.each([
    ['another name too', ['a.example.com', 'b.example.com'], 'foreign'],
    ['another name', ['b.example.com'], 'foreign'],
    ['the name in other letters', ['A.Example.com'], 'issued'],
  ])('with %s: %s', async (_, names, kind) => {
    expect(await issue(bench.authority.chainFor(bench.key, names))).toMatchObject({ kind });
  });

  test('that cannot be used is not stored, and fetched again', async () => {
    const stranger = mintCertificate({
      ...{ key: ecKey(), subject: nameOf('x'), issuer: { subject: nameOf('x'), key: ecKey() } },
    });
    const leaf = bench.authority.leaf(bench.key, ['a.example.com']);
    expect(await issue('no PEM')).toMatchObject({ kind: 'blocked', code: 'InvalidCertificate', afterMs: 60_000 });
    expect(await issue(certificatesPem(leaf, stranger))).toMatchObject({ kind: 'blocked', code: 'InvalidCertificate' });
    await bench.clock.advance(46 * 86_400_000);
    expect(await issue(bench.chain())).toMatchObject({ message: expect.stringContaining('has ended') });
  });

  test('that has ended is replaced by another one, once', async () => {
    const signer = bench.signer();
    const fetched = () => {
      bench.acme.on('getOrder', acmeOrder('valid')).on('downloadCertificate', bench.chain());
      return signer.collect(bench.request(), orderUrl, accountUrl);
    };
    await bench.clock.advance(46 * 86_400_000);
    expect(await fetched()).toMatchObject({ kind: 'attemptFailed', code: 'CertificateEnded', checkIssuer: false });
    expect(await fetched()).toMatchObject({ kind: 'blocked', code: 'CertificateEnded', afterMs: 60_000 });
  });

  test('is not given up for a directory that names strange servers: that says nothing of the order', async () => {
    bench.acme.on('getOrder', unreachable('FOREIGN_DIRECTORY', false));
    const outcome = await bench.signer().collect(bench.request(), orderUrl, accountUrl);
    expect(outcome).toMatchObject({ kind: 'retry', code: 'FOREIGN_DIRECTORY' });
  });

  test('whose lifetime is not the one that was asked for is told of, once', async () => {
    const hour = 3_600_000;
    const days = (count: number) => bench.request(undefined, { durationMs: count * 24 * hour });
    expect(await issue(bench.chain(), days(45))).toMatchObject({ notices: [] });
    expect(await issue(bench.chain(), days(90))).toMatchObject({
      notices: [
        {
          reason: 'DurationIgnored',
          message:
            'spec.duration asks for 90 days; ACM alone decides how long its certificates are valid: 45 days, ' +
            'until 2026-02-16T00:00:00Z. Leave spec.duration out, and see to it that spec.renewBefore is shorter than that.',
        },
      ],
    });
  });

  test('that lacks usages is told of', async () => {
    const usages = ['server auth', 'client auth', 'digital signature', 'key encipherment', 'content commitment'];
    expect(await issue(bench.chain(), bench.request(undefined, { usages }))).toMatchObject({
      notices: [
        {
          reason: 'UsagesIgnored',
          message: expect.stringMatching(/: content commitment, client auth\.$|: client auth, content commitment\.$/),
        },
      ],
    });
  });
});

test('pacing: one order is finalised a second, issuers by turns', async () => {
  const other = bench.signer({ quota: bench.quotaOf('other') });
  bench.acme.on('getOrder', ...Array.from({ length: 20 }, () => acmeOrder('ready')));
  bench.acme.on('finalize', ...Array.from({ length: 20 }, () => acmeOrder('processing')));
  const collectBy = (who: AcmSigner, uid: string) =>
    who.collect(bench.request(undefined, { uid }), orderUrl, accountUrl);
  for (const uid of ['a', 'b', 'c', 'd']) await collectBy(signer, uid);
  expect(await collectBy(other, 'x')).toMatchObject({ kind: 'retry', code: 'Pacing', afterMs: 1_000 });
  await bench.clock.advance(1_000);
  expect(await collectBy(other, 'x')).toMatchObject({ kind: 'pending' });
  expect(await collectBy(signer, 'b')).toMatchObject({ kind: 'retry', code: 'Pacing' });
});
