import { describe, expect, test } from '@jest/globals';
import { problem, problemDocument, unreachable } from '../../../test/support/acme-bench.ts';
import { acmeErrorCodes } from '../../acme/errors.ts';
import { explainProblem, toSetback } from './explain-problem.ts';
import { consequenceOfProblem, decisiveCode, type ProblemConsequence, problemTable } from './problem-table.ts';

test('every type of RFC 8555 section 6.7 has a row, and there is no other', () =>
  expect(new Set(Object.keys(problemTable))).toEqual(new Set([...acmeErrorCodes, 'other'])));

test.each(Object.entries(problemTable))(
  'the remedy of %s is a sentence',
  (_, { remedy, atAcm = remedy, ofCovered = remedy }) => {
    for (const text of [remedy, atAcm, ofCovered]) expect(text).toMatch(/^[A-Z].*\.$/);
  },
);

describe('what follows from the answer to a call', () => {
  const kinds: Readonly<Record<ProblemConsequence, string>> = {
    request: 'rejected',
    issuer: 'issuerFault',
    denied: 'issuerFault',
    domain: 'issuerFault',
    wait: 'retry',
    lookAgain: 'retry',
    strange: 'blocked',
  };

  test.each([...acmeErrorCodes, 'other'] as const)('%s', (code) => {
    const kind = kinds[problemTable[code].consequence];
    expect(toSetback('acm', problem('newOrder', code, { status: 400 }))).toMatchObject({ kind, code });
  });

  test.each([429, 500, 503])('HTTP status %d waits, whatever the type says', (status) => {
    for (const code of acmeErrorCodes)
      expect(toSetback('acm', problem('finalize', code, { status }))).toMatchObject({ kind: 'retry' });
  });

  test.each([401, 403])('HTTP status %d without a type is a denial', (status) =>
    expect(consequenceOfProblem(problemDocument('other'), status)).toBe('denied'),
  );

  test('no server is waited for longer than an hour', () => {
    const error = problem('newOrder', 'rateLimited', { status: 429, retryAfterMs: 86_400_000 });
    expect(toSetback('rfc8555', error)).toMatchObject({ afterMs: 3_600_000 });
  });

  test('no answer tells whether the call may have been carried out, and what to check', () => {
    expect(toSetback('rfc8555', unreachable('SELF_SIGNED_CERT_IN_CHAIN', false))).toEqual({
      kind: 'retry',
      code: 'SELF_SIGNED_CERT_IN_CHAIN',
      message:
        'The ACME server could not be reached or gave no usable answer (SELF_SIGNED_CERT_IN_CHAIN); it is tried again until it does. ' +
        'Its TLS certificate is not trusted: check proxies, spec.acm.endpoint.caBundle, and the clock of the node.',
      outcomeUnknown: false,
    });
    expect(toSetback('acm', unreachable('TIMEOUT'))).toMatchObject({ kind: 'retry', outcomeUnknown: true });
    expect(toSetback('acm', unreachable('NO_ACCOUNT', false))).toMatchObject({ kind: 'issuerFault' });
  });
});

describe('a compound problem', () => {
  const part = (code: Parameters<typeof problemDocument>[0], value: string) => ({
    ...{ type: 'urn', code, detail: `about ${value}`, identifier: { type: 'dns', value } },
  });

  test.each([
    [['dns', 'rejectedIdentifier'], 'rejectedIdentifier'],
    [['rateLimited', 'caa'], 'caa'],
    [['unauthorized', 'dns'], 'unauthorized'],
    [[], 'compound'],
  ] as const)('of %j is decided by %s', (codes, expected) =>
    expect(decisiveCode({ code: 'compound', subproblems: codes.map((code) => ({ code })) })).toBe(expected),
  );

  test('is told with all its parts', () => {
    const subproblems = [part('dns', 'a.example.com'), part('caa', 'b.example.com')];
    expect(explainProblem('rfc8555', 'It said', problemDocument('compound', { subproblems }))).toMatch(
      /^It said dns: what was said\. a\.example\.com: about a\.example\.com\. b\.example\.com: about b\.example\.com\. Check/,
    );
  });
});
