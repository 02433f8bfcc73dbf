import { expect, test } from '@jest/globals';
import { formatTerms, parseTerms, type Terms } from './terms.ts';

const instant = Date.parse('2027-01-02T03:04:05Z');

test.each<[Terms, string]>([
  [{ template: 'EndEntityCertificate/V1' }, 'EndEntityCertificate/V1'],
  [
    { template: 'EndEntityCertificate/V1', shortenedFromMs: instant },
    'EndEntityCertificate/V1 shortened-from 2027-01-02T03:04:05Z',
  ],
  [{ template: 'any text\nat all', shortenedFromMs: instant }, 'any text\nat all shortened-from 2027-01-02T03:04:05Z'],
])('%j is %s and back', (terms, text) => {
  expect(formatTerms(terms)).toBe(text);
  expect(parseTerms(text)).toEqual(terms);
});

test.each(['', 'X/V1 shortened-from soon', 'X/V1 shortened-from 2027-99-99T99:99:99Z'])('%j names a template', (text) =>
  expect(parseTerms(text)).toMatchObject({ template: expect.stringContaining(text.slice(0, 4)) }),
);
