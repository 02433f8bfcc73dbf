import { describe, expect, test } from '@jest/globals';
import { formatSubject } from './subject.ts';

describe('formatSubject', () => {
  test.each([
    [{ CommonName: 'Example Root', Organization: 'Example', Country: 'DE' }, 'CN=Example Root,O=Example,C=DE'],
    [{ CommonName: 'a, b + "c"' }, 'CN=a\\, b \\+ \\"c\\"'],
    [{ CommonName: '#1 ' }, 'CN=\\#1\\ '],
    [{}, undefined],
    [undefined, undefined],
  ])('%j is %s', (subject, expected) => expect(formatSubject(subject)).toBe(expected));
});
