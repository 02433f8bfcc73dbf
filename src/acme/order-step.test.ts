import { describe, expect, test } from '@jest/globals';
import type { ProblemDocument } from './errors.ts';
import { decideOrderStep, type OrderStep } from './order-step.ts';
import type { AcmeAuthorization, AcmeChallenge, AcmeOrder } from './resources.ts';

const dns = (value: string) => ({ type: 'dns', value });
const problem: ProblemDocument = { type: 'urn:x', code: 'dns', detail: 'no record', subproblems: [] };
const other: ProblemDocument = { ...problem, detail: 'of the order' };

const order = (change: Partial<AcmeOrder>): AcmeOrder => ({
  ...{ status: 'pending', identifiers: [dns('a.example')], authorizations: ['https://ca/authz/1'] },
  finalize: 'https://ca/finalize/1',
  ...change,
});
const challenge = (change: Partial<AcmeChallenge> = {}): AcmeChallenge => ({
  ...{ type: 'dns-01', status: 'pending', url: 'https://ca/chall/1', token: 't1' },
  ...change,
});
const authorization = (change: Partial<AcmeAuthorization> = {}): AcmeAuthorization => ({
  ...{ status: 'pending', identifier: dns('a.example'), wildcard: false, challenges: [challenge()] },
  ...change,
});
const http01 = challenge({ type: 'http-01', url: 'https://ca/chall/2', token: 't2' });
const toSolve = (change: object = {}) => ({
  ...{ identifier: dns('a.example'), wildcard: false, url: 'https://ca/chall/1', token: 't1' },
  recordName: '_acme-challenge.a.example',
  ...change,
});

describe('an order by itself', () => {
  test.each<[string, Partial<AcmeOrder>, OrderStep]>([
    ['is finalized when it is ready, whatever its authorizations', { status: 'ready' }, { kind: 'finalize' }],
    ['is waited for while it is processed', { status: 'processing' }, { kind: 'wait', afterMs: 5_000 }],
    ['… as long as it asks', { status: 'processing', retryAfterMs: 17_000 }, { kind: 'wait', afterMs: 17_000 }],
    ['… but not without end', { status: 'processing', retryAfterMs: 86_400_000 }, { kind: 'wait', afterMs: 60_000 }],
    ['… and never busily', { status: 'processing', retryAfterMs: 1 }, { kind: 'wait', afterMs: 1_000 }],
    [
      'has its certificate when it is valid',
      { status: 'valid', certificate: 'https://ca/cert/1' },
      { kind: 'download', url: 'https://ca/cert/1' },
    ],
    ['is looked at again when it is valid without one', { status: 'valid' }, { kind: 'wait', afterMs: 5_000 }],
    ['needs its authorizations when it is pending', {}, { kind: 'readAuthorizations', urls: ['https://ca/authz/1'] }],
    ['is dead when it is invalid', { status: 'invalid' }, { kind: 'dead', reason: 'failed', identifiers: [] }],
    [
      '… for the reason that it tells, with the names that it tells',
      {
        status: 'invalid',
        error: { ...other, subproblems: [{ ...problem, identifier: dns('b.example') }, problem] },
      },
      {
        ...{ kind: 'dead', reason: 'failed', identifiers: [dns('b.example')] },
        problem: { ...other, subproblems: [{ ...problem, identifier: dns('b.example') }, problem] },
      },
    ],
  ])('%s', (_, change, step) => expect(decideOrderStep(order(change))).toEqual(step));
});

describe('a pending order with its authorizations', () => {
  test.each<[string, AcmeAuthorization[], OrderStep]>([
    ['solves what is pending', [authorization()], { kind: 'solve', challenges: [toSolve()] }],
    [
      'takes dns-01 among others',
      [authorization({ challenges: [http01, challenge()] })],
      { kind: 'solve', challenges: [toSolve()] },
    ],
    [
      'proves apex and wildcard by one record of two values',
      [
        authorization({ wildcard: true }),
        authorization({ challenges: [challenge({ url: 'https://ca/chall/3', token: 't3' })] }),
      ],
      {
        kind: 'solve',
        challenges: [toSolve({ wildcard: true }), toSolve({ url: 'https://ca/chall/3', token: 't3' })],
      },
    ],
    [
      'leaves out what is valid or being checked',
      [
        authorization({ status: 'valid', challenges: [] }),
        authorization({ challenges: [challenge({ status: 'processing' })] }),
        authorization({ identifier: dns('b.example') }),
      ],
      {
        kind: 'solve',
        challenges: [toSolve({ identifier: dns('b.example'), recordName: '_acme-challenge.b.example' })],
      },
    ],
    [
      'waits while all is being checked, as long as the slowest asks',
      [
        authorization({ challenges: [challenge({ status: 'processing' })], retryAfterMs: 3_000 }),
        authorization({ challenges: [challenge({ status: 'valid' })], retryAfterMs: 9_000 }),
      ],
      { kind: 'wait', afterMs: 9_000 },
    ],
    ['waits to become ready when all is valid', [authorization({ status: 'valid' })], { kind: 'wait', afterMs: 5_000 }],
    ['waits to become ready when nothing is asked for', [], { kind: 'wait', afterMs: 5_000 }],
    [
      'is dead where nothing is offered that could be answered',
      [
        authorization({ challenges: [] }),
        authorization({ identifier: dns('b.example'), wildcard: true, challenges: [http01] }),
        authorization({ identifier: dns('c.example') }),
      ],
      { kind: 'dead', reason: 'unsolvable', identifiers: [dns('a.example'), dns('*.b.example')] },
    ],
    [
      'takes a dns-01 challenge without a token for none',
      [authorization({ challenges: [{ type: 'dns-01', status: 'pending', url: 'https://ca/chall/1' }] })],
      { kind: 'dead', reason: 'unsolvable', identifiers: [dns('a.example')] },
    ],
  ])('%s', (_, authorizations, step) => expect(decideOrderStep(order({}), authorizations)).toEqual(step));

  test.each(['invalid', 'deactivated', 'expired', 'revoked'] as const)(
    'is dead when an authorization is %s, for the challenge’s reason',
    (status) => {
      const failed = authorization({ status, challenges: [http01, challenge({ status: 'invalid', error: problem })] });
      const dead = { kind: 'dead', reason: 'unauthorized', identifiers: [dns('a.example')], problem };
      expect(decideOrderStep(order({ error: other }), [failed, authorization()])).toEqual(dead);
    },
  );
});

test('an invalid order names what failed when its authorizations are known', () => {
  const failed = authorization({ status: 'invalid', wildcard: true, challenges: [] });
  expect(
    decideOrderStep(order({ status: 'invalid', error: other }), [authorization({ status: 'valid' }), failed]),
  ).toEqual({
    ...{ kind: 'dead', reason: 'failed', identifiers: [dns('*.a.example')], problem: other },
  });
});
