import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { renderFlagsPage } from './flags-page.ts';

test('docs/flags.md says what the flags say (else: node test/docs/write-flags-page.ts)', () => {
  const page = readFileSync(path.join(import.meta.dirname, '../../docs/flags.md'), 'utf8');
  expect(page).toBe(renderFlagsPage());
});
