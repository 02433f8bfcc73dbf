import { describe, expect, test } from '@jest/globals';
import { parseOneCsvRecord } from './go-csv.ts';

// Go itself accepts and refuses the same, in the same words.
describe('one record, as encoding/csv reads it', () => {
  test.each<[string, string[]]>([
    ['a', ['a']],
    ['a,b', ['a', 'b']],
    ['a, b ,', ['a', ' b ', '']],
    [',', ['', '']],
    ['""', ['']],
    ['"a,b",c', ['a,b', 'c']],
    ['"a ""quoted"" b"', ['a "quoted" b']],
    ['"two\nlines"', ['two\nlines']],
    ['"two\r\nlines"', ['two\nlines']],
    ['a\n', ['a']],
    ['a\r\n', ['a']],
    ['a\r', ['a']],
    ['a\rb', ['a\rb']],
    ['\n\n a \n\n', [' a ']],
    [' ', [' ']],
    ['é,😀', ['é', '😀']],
  ])('%j', (text, expected) => {
    expect(parseOneCsvRecord(text)).toEqual({ ok: true, value: expected });
  });

  const parse = (text: string, problem: string): string => `failed to parse ${text} as CSV: ${problem}`;
  test.each([
    ['', 'no values found after parsing ""'],
    ['\n\r\n', 'no values found after parsing "\\n\\r\\n"'],
    ['a\nb', 'refusing to use "a\\nb" as input as it parses as multiple lines of CSV'],
    ['a"b', parse('"a\\"b"', 'parse error on line 1, column 2: bare " in non-quoted-field')],
    ['é,"a" ', parse('"é,\\"a\\" "', 'parse error on line 1, column 6: extraneous or missing " in quoted-field')],
    ['"a', parse('"\\"a"', 'parse error on line 1, column 3: extraneous or missing " in quoted-field')],
    ['a,b\nc', parse('"a,b\\nc"', 'record on line 2: wrong number of fields')],
    [
      'x\n"a\nb" c',
      parse(
        '"x\\n\\"a\\nb\\" c"',
        'record on line 2; parse error on line 3, column 2: extraneous or missing " in quoted-field',
      ),
    ],
  ])('%j is refused', (text, fault) => {
    expect(parseOneCsvRecord(text)).toEqual({ ok: false, fault });
  });
});
