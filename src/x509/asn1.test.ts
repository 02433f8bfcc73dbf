import { describe, expect, test } from '@jest/globals';
import { DerError, parseDer } from './asn1.ts';
import { formatOid } from './oid.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('parseDer', () => {
  test('keeps every byte of every element', () => {
    // An INTEGER with a needless zero, a context-specific [2] that begins with zero, and a long length.
    const der = hex(`30 81 89  02 02 00 01  82 02 00 41  04 7f ${'ab'.repeat(127)}`);
    const root = parseDer(der);
    expect(root.children.map(({ bytes }) => bytes.toString('hex').slice(0, 8))).toEqual([
      '02020001',
      '82020041',
      '047fabab',
    ]);
    expect(root.child(2).content).toHaveLength(127);
  });

  test.each([
    ['nothing', ''],
    ['a tag without length', '30'],
    ['fewer bytes than the length says', '30 05 02 01 01'],
    ['bytes after the end', '30 00 00'],
    ['the indefinite length of BER', '30 80 00 00'],
    ['a length with more octets than it needs', '30 81 02 05 00'],
    ['a length with a leading zero octet', `30 82 00 80 ${'05 00'.repeat(64)}`],
    ['a length of five octets', '30 85 00 00 00 00 00'],
    ['a length cut short', '30 82 01'],
    ['a tag of several octets', '1f 81 01 00'],
  ])('refuses %s', (_, text) => expect(() => parseDer(hex(text))).toThrow(DerError));

  test('looks no deeper than it is asked to', () => {
    const root = parseDer(hex('30 02 30 05'));
    expect(() => root.children).toThrow(DerError);
    expect(root.is(16)).toBe(true);
  });

  test('tells classes apart', () => {
    expect(parseDer(hex('82 01 41')).isContext(2)).toBe(true);
    expect(parseDer(hex('82 01 41')).is(2)).toBe(false);
    expect(parseDer(hex('02 01 41')).isContext(2)).toBe(false);
  });

  test.each(['03 02 01 80', '03 00', '04 02 00 80'])('%s is no bit string without unused bits', (text) =>
    expect(() => parseDer(hex(text)).bits).toThrow(DerError),
  );

  test('takes a structure for no value, and a value for no structure', () => {
    expect(() => parseDer(hex('30 00')).content).toThrow('a primitive element is missing');
    expect(() => parseDer(hex('02 01 00')).children).toThrow('a constructed element is missing');
    expect(() => parseDer(hex('30 00')).child(0)).toThrow('position 0');
    expect(() => parseDer(hex('02 01 00')).oid).toThrow('an object identifier is missing');
  });
});

describe('formatOid', () => {
  test.each([
    ['2a 86 48 86 f7 0d 01 01 0b', '1.2.840.113549.1.1.11'],
    ['55 04 03', '2.5.4.3'],
    ['00', '0.0'],
    ['4f', '1.39'],
    ['88 37 03', '2.999.3'],
    // A UUID as an arc (X.667) does not fit into 53 bits.
    ['69 83 f0 9d a7 eb cf de e0 c7 a1 a7 b2 c0 94 8c c8 f9 d7 76', '2.25.329800735698586629295641978511506172918'],
  ])('%s is %s', (text, dotted) => expect(formatOid(hex(text))).toBe(dotted));

  test.each([
    ['nothing', ''],
    ['an arc that does not end', '2a 86'],
    ['a leading zero', '2a 80 01'],
    ['more than any identifier needs', '2a'.repeat(257)],
  ])('refuses %s', (_, text) => expect(formatOid(hex(text))).toBeUndefined());
});
