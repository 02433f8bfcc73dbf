import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { errorTable } from '../../src/aws/consequences.ts';
import { renderErrorsPage } from './errors-page.ts';

const page = readFileSync(path.join(import.meta.dirname, '../../docs/errors.md'), 'utf8');

test('docs/errors.md says what the tables say (else: node test/docs/write-errors-page.ts)', () =>
  expect(page).toBe(renderErrorsPage()));

test('every code has a line to be found by', () => {
  const missing = Object.keys(errorTable).filter((code) => !new RegExp(`^(\\||-) \`${code}\``, 'm').test(page));
  expect(missing).toEqual([]);
});
