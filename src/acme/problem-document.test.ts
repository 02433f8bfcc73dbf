import { describe, expect, test } from '@jest/globals';
import { acmeErrorCodes } from './errors.ts';
import { parseProblem, problemOfStatus } from './problem-document.ts';

const urn = (code: string): string => `urn:ietf:params:acme:error:${code}`;

describe('parseProblem', () => {
  test.each(acmeErrorCodes)('knows %s', (code) => {
    expect(parseProblem({ type: urn(code), detail: 'why' })).toEqual({
      ...{ type: urn(code), code, detail: 'why', subproblems: [] },
    });
  });

  test.each([
    [
      { type: urn('unheardOf'), detail: 'why' },
      { code: 'other', type: urn('unheardOf') },
    ],
    [
      { type: 'badCSR', detail: 'why' },
      { code: 'other', type: 'badCSR' },
    ],
    [
      { type: 7, title: 'Bad' },
      { code: 'other', type: 'about:blank', detail: 'Bad' },
    ],
    [{}, { code: 'other', type: 'about:blank', detail: 'no further explanation' }],
    [{ detail: 'a\nb' }, { detail: 'a b' }],
    [{ subproblems: 'none' }, { subproblems: [] }],
  ])('%j', (document, expected) => expect(parseProblem(document)).toMatchObject(expected));

  test.each([null, undefined, 'badCSR', 7, []])('%j is none', (value) => expect(parseProblem(value)).toBeUndefined());

  test('subproblems tell which names are meant', () => {
    const identifier = { type: 'dns', value: 'a.example' };
    const one = { type: urn('caa'), detail: 'forbids', identifier };
    const { subproblems } =
      parseProblem({ type: urn('compound'), subproblems: [one, null, {}, { identifier: 7 }] }) ?? {};
    const empty = { type: 'about:blank', code: 'other', detail: 'no further explanation' };
    expect(subproblems).toEqual([{ ...one, code: 'caa' }, empty, empty]);
  });

  test('a server cannot send more subproblems than a certificate has names', () => {
    expect(parseProblem({ subproblems: Array(10_000).fill({}) })?.subproblems).toHaveLength(100);
  });
});

test('an answer without a document is told by its status', () => {
  expect(problemOfStatus(502)).toEqual({
    ...{ type: 'about:blank', code: 'other', detail: 'the server answered 502', subproblems: [] },
  });
});
