import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { acmeErrorCodes } from '../../src/acme/errors.ts';
import { renderPublicRequestsPage } from './public-requests-page.ts';

const page = readFileSync(path.join(import.meta.dirname, '../../docs/public-certificate-requests.md'), 'utf8');

test('the page says what the tables say (else: node test/docs/write-public-requests-page.ts)', () =>
  expect(page).toBe(renderPublicRequestsPage()));

test('every type has a line to be found by', () => {
  const missing = acmeErrorCodes.filter((code) => !new RegExp(`^\\| \`${code}\``, 'm').test(page));
  expect(missing).toEqual([]);
});

/** What judgeRequest can say. */
const codes = [
  ...['InvalidCSR', 'CANotIssued', 'UnsupportedName', 'NoName', 'UncoveredName', 'UnsupportedKey', 'TooManyNames'],
  ...['InvalidCommonName', 'UnsupportedUsage', 'DurationIgnored', 'UsagesIgnored'],
];

test.each(codes)('%s is on the page', (code) => expect(page).toContain(`\`${code}\``));
