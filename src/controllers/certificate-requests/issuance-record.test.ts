import { describe, expect, test } from '@jest/globals';
import {
  certificateRequest,
  startTime,
  withAnnotations,
  withCsr,
  withMetadata,
} from '../../../test/support/builders.ts';
import {
  certificateArnAnnotation,
  issuanceAnnotation,
  orderUrlAnnotation,
  outdatedAnnotations,
  readRecord,
  readUnboundReference,
  toAnnotations,
} from './issuance-record.ts';

const start = Date.parse(startTime);
const reference = 'arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/1/certificate/a1';
const attempt = { number: 2, baseMs: start };
const plain = certificateRequest('cr1');
const kept = toAnnotations(plain, { attempt, reference });

test.each([[reference], [undefined]])('what is written is read back (reference %s)', (written) => {
  const record = { attempt, reference: written };
  const request = certificateRequest('cr1', withAnnotations(toAnnotations(plain, record)));
  expect(readRecord(request, start)).toEqual(record);
});

describe('the URL of an order', () => {
  const url = 'https://acme.test/order/1';
  const annotations = toAnnotations(plain, { attempt, reference: url, terms: 'the account' });

  test('is read back, and stands in an annotation of its own for tools', () => {
    expect(readRecord(certificateRequest('cr1', withAnnotations(annotations)), start)).toEqual({
      ...{ attempt, reference: url, terms: 'the account' },
    });
    expect(annotations[orderUrlAnnotation]).toBe(url);
    expect(annotations).not.toHaveProperty([certificateArnAnnotation]);
  });

  test.each([
    ['an ARN makes the URL outdated', annotations, reference, { [orderUrlAnnotation]: null }],
    ['a URL makes the ARN outdated', kept, url, { [certificateArnAnnotation]: null }],
    ['another URL replaces it', annotations, `${url}2`, {}],
    ['an attempt alone changes neither', annotations, undefined, {}],
  ])('%s', (_, before, next, outdated) => {
    const request = certificateRequest('cr1', withAnnotations(before));
    expect(outdatedAnnotations(request, { attempt, reference: next })).toEqual(outdated);
  });

  test('without a binding is nothing to begin with', () =>
    expect(
      readUnboundReference(certificateRequest('cr1', withAnnotations({ [orderUrlAnnotation]: url }))),
    ).toBeUndefined());
});

test('the ARN stands in the annotation of aws-privateca-issuer too, once there is one', () => {
  expect(kept[certificateArnAnnotation]).toBe(reference);
  expect(toAnnotations(plain, { attempt, reference: undefined })).not.toHaveProperty([certificateArnAnnotation]);
});

describe('a record counts as absent', () => {
  const changed = (change: object): Record<string, string> => ({
    [issuanceAnnotation]: JSON.stringify({ ...(JSON.parse(kept[issuanceAnnotation] ?? '') as object), ...change }),
  });
  const at = (ms: number): string => new Date(ms).toISOString();

  test.each<[string, Record<string, string>]>([
    ['there is none', {}],
    ['no JSON', { [issuanceAnnotation]: '{' }],
    ['no object', { [issuanceAnnotation]: 'null' }],
    ['a list', { [issuanceAnnotation]: '[1]' }],
    ['a text', { [issuanceAnnotation]: '"arn"' }],
    ['empty', { [issuanceAnnotation]: '' }],
    ['another uid', changed({ uid: 'somebody else' })],
    ['another CSR', changed({ csr: 'somebody else' })],
    ['no attempt', changed({ attempt: undefined })],
    ['attempt 0', changed({ attempt: 0 })],
    ['half an attempt', changed({ attempt: 1.5 })],
    ['an endless attempt', changed({ attempt: 1e300 })],
    ['an attempt in words', changed({ attempt: '1' })],
    ['no base', changed({ base: undefined })],
    ['a senseless base', changed({ base: 'yesterday' })],
    ['a numeric base', changed({ base: start })],
    ['a base before the request was created', changed({ base: at(start - 301_000) })],
    ['a base in the future', changed({ base: at(start + 301_000) })],
  ])('%s', (_, annotations) => {
    expect(readRecord(certificateRequest('cr1', withAnnotations(annotations)), start)).toBeUndefined();
  });

  test('copied to a request with another uid or another CSR', () => {
    const copy = withAnnotations(kept);
    expect(readRecord(certificateRequest('cr1', copy), start)).toBeDefined();
    expect(readRecord(certificateRequest('cr1', copy, withMetadata({ uid: 'other' })), start)).toBeUndefined();
    expect(readRecord(certificateRequest('cr1', copy, withCsr('other')), start)).toBeUndefined();
  });

  test.each([
    ['a minute before the creation', start - 60_000],
    ['a minute in the future', start + 60_000],
  ])('but not for clocks that differ: %s', (_, baseMs) => {
    const record = { attempt: { number: 1, baseMs }, reference: undefined };
    const request = certificateRequest('cr1', withAnnotations(toAnnotations(plain, record)));
    expect(readRecord(request, start)).toEqual(record);
  });

  test.each([
    ['an hour before the creation', start - 3_600_000, start - 300_000],
    ['an hour in the future', start + 3_600_000, start + 300_000],
  ])('but not of an order, which may be paid for: %s', (_, baseMs, expectedMs) => {
    const record = { attempt: { number: 2, baseMs }, reference: 'https://acme.test/order/1', terms: 'account' };
    const request = certificateRequest('cr1', withAnnotations(toAnnotations(plain, record)));
    expect(readRecord(request, start)).toEqual({ ...record, attempt: { number: 2, baseMs: expectedMs } });
  });

  test.each([[''], [7], [null]])('as far as the ARN goes, when that is %j', (arn) => {
    const request = certificateRequest('cr1', withAnnotations(changed({ arn })));
    expect(readRecord(request, start)).toEqual({ attempt, reference: undefined });
  });
});

describe('an ARN without binding', () => {
  test('is found alone', () => {
    const request = certificateRequest('cr1', withAnnotations({ [certificateArnAnnotation]: reference }));
    expect(readUnboundReference(request)).toBe(reference);
  });

  test.each<[string, Record<string, string> | undefined]>([
    ['there is none', undefined],
    ['it is bound', kept],
    ['it is bound to somebody else', { [certificateArnAnnotation]: reference, [issuanceAnnotation]: '{}' }],
  ])('is not seen when %s', (_, annotations) => {
    const request = annotations ? certificateRequest('cr1', withAnnotations(annotations)) : plain;
    expect(readUnboundReference(request)).toBeUndefined();
  });
});
