import { describe, expect, test } from '@jest/globals';
import { parseDer } from './asn1.ts';
import { describeName, isSameName, parseDistinguishedName } from './distinguished-name.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const element = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag, content.length), content]);
};
/** An attribute of type OU with this value. */
const attribute = (value: string, type = '06 03 55 04 0b'): Buffer => element(0x30, hex(type), hex(value));
const parse = (...relatives: readonly Buffer[][]) =>
  parseDistinguishedName(parseDer(element(0x30, ...relatives.map((relative) => element(0x31, ...relative)))));

describe('values', () => {
  test.each([
    ['UTF8String', '0c 02 c3 a9', 'é'],
    ['PrintableString', '13 01 61', 'a'],
    ['NumericString', '12 01 37', '7'],
    ['TeletexString', '14 01 e9', 'é'],
    ['IA5String', '16 01 61', 'a'],
    ['VisibleString', '1a 01 61', 'a'],
    ['BMPString', '1e 02 00 e9', 'é'],
    ['UniversalString', '1c 04 00 01 f6 00', '😀'],
    ['an INTEGER', '02 01 07', '#020107'],
    ['a structure', '30 00', '#3000'],
  ])('%s', (_, value, text) => expect(parse([attribute(value)])).toEqual([[{ type: '2.5.4.11', value: text }]]));

  test.each(['1e 01 61', '1c 03 00 00 61', '1c 04 00 11 00 00'])('%s is malformed', (value) =>
    expect(() => parse([attribute(value)])).toThrow('a name is malformed'),
  );
});

describe('isSameName', () => {
  const [a, printableA, b] = [attribute('0c 01 61'), attribute('13 01 61'), attribute('0c 01 62')];
  test.each([
    ['another string type', [[a]], [[printableA]], true],
    ['the order within a relative name', [[a, b]], [[b, a]], true],
    ['the order of relative names', [[a], [b]], [[b], [a]], false],
    ['one relative name for two', [[a, b]], [[a], [b]], false],
    ['another value', [[a]], [[b]], false],
    ['another type', [[a]], [[attribute('0c 01 61', '06 03 55 04 0a')]], false],
    ['nothing', [], [[a]], false],
  ])('%s: %s', (_, left, right, same) => expect(isSameName(parse(...left), parse(...right))).toBe(same));
});

test('a name for a person', () => {
  const other = attribute('0c 01 62', '06 03 2a 03 04');
  expect(describeName(parse([attribute('0c 01 61'), other], [attribute('0c 01 63')]))).toBe('OU=a+1.2.3.4=b, OU=c');
  expect(describeName([])).toBe('(empty)');
});
