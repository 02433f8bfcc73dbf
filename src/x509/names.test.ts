import { describe, expect, test } from '@jest/globals';
import { compareNames, type Names, parseGeneralNames } from './names.ts';

const names = (part: Partial<Names>): Names => ({ commonNames: [], dns: [], others: [], ...part });
const address = '87040a000001';

describe('compareNames', () => {
  test.each<[string, Partial<Names>, Partial<Names>]>([
    ['the same', { dns: ['a', 'b'] }, { dns: ['b', 'a'] }],
    ['repetitions', { dns: ['a', 'a'] }, { dns: ['a'] }],
    ['a common name that came into the SAN', { commonNames: ['a'] }, { commonNames: ['a'], dns: ['a'] }],
    ['a common name that is in the SAN alone', { commonNames: ['a'], dns: ['a'] }, { dns: ['a'] }],
    ['another letter case', { dns: ['A.example'] }, { dns: ['a.EXAMPLE'] }],
    ['nothing', {}, {}],
    ['other names in another order', { others: [address, '8600'] }, { others: ['8600', address] }],
  ])('%s is no difference', (_, wanted, actual) => expect(compareNames(names(wanted), names(actual))).toEqual([]));

  test.each<[string, Partial<Names>, Partial<Names>, string]>([
    ['a missing name', { dns: ['a', 'b'] }, { dns: ['a'] }, 'lacks the name b'],
    ['a name too many', { dns: ['a'] }, { dns: ['a', 'b'] }, 'has the name b, which was not asked for'],
    ['a missing address', { others: [address] }, {}, 'lacks an IP address, URI, email or other name'],
    [
      'an address too many',
      {},
      { others: [address] },
      'has an IP address, URI, email or other name that was not asked for',
    ],
  ])('%s', (_, wanted, actual, said) => expect(compareNames(names(wanted), names(actual))).toEqual([said]));
});

test('a directory name is the same in another type of string', () => {
  const [utf8, printable, another] = ['0c0161', '130161', '0c0162'].map((value) =>
    parseGeneralNames(Buffer.from(`3010a40e300c310a3008060355040b${value}`, 'hex')),
  );
  expect(printable).toEqual(utf8);
  expect(another).not.toEqual(utf8);
});

test.each(['8201', '820161', '30020000ff', ''])('%s is no list of general names', (der) =>
  expect(() => parseGeneralNames(Buffer.from(der, 'hex'))).toThrow(expect.objectContaining({ name: 'DerError' })),
);
