import { describe, expect, test } from '@jest/globals';
import { describeUsage, readUsages } from './usages.ts';

/** https://cert-manager.io/docs/reference/api-docs/#cert-manager.io/v1.KeyUsage */
const table: readonly [usage: string, bits: string[] | undefined, purposes: string[] | undefined][] = [
  ['signing', ['digitalSignature'], undefined],
  ['digital signature', ['digitalSignature'], undefined],
  ['content commitment', ['nonRepudiation'], undefined],
  ['key encipherment', ['keyEncipherment'], undefined],
  ['key agreement', ['keyAgreement'], undefined],
  ['data encipherment', ['dataEncipherment'], undefined],
  ['cert sign', ['keyCertSign'], undefined],
  ['crl sign', ['cRLSign'], undefined],
  ['encipher only', ['encipherOnly'], undefined],
  ['decipher only', ['decipherOnly'], undefined],
  ['any', undefined, ['2.5.29.37.0']],
  ['server auth', undefined, ['1.3.6.1.5.5.7.3.1']],
  ['client auth', undefined, ['1.3.6.1.5.5.7.3.2']],
  ['code signing', undefined, ['1.3.6.1.5.5.7.3.3']],
  ['email protection', undefined, ['1.3.6.1.5.5.7.3.4']],
  ['s/mime', undefined, ['1.3.6.1.5.5.7.3.4']],
  ['ipsec end system', undefined, ['1.3.6.1.5.5.7.3.5']],
  ['ipsec tunnel', undefined, ['1.3.6.1.5.5.7.3.6']],
  ['ipsec user', undefined, ['1.3.6.1.5.5.7.3.7']],
  ['timestamping', undefined, ['1.3.6.1.5.5.7.3.8']],
  ['ocsp signing', undefined, ['1.3.6.1.5.5.7.3.9']],
  ['microsoft sgc', undefined, ['1.3.6.1.4.1.311.10.3.3']],
  ['netscape sgc', undefined, ['2.16.840.1.113730.4.1']],
];

describe('readUsages', () => {
  test('there are 23', () => expect(table).toHaveLength(23));
  test.each(table)('%s', (usage, keyUsage, extendedKeyUsage) =>
    expect(readUsages([usage], false)).toEqual({ kind: 'usages', keyUsage, extendedKeyUsage }),
  );

  test.each<[string[], boolean, string[], string[] | undefined]>([
    [[], false, ['digitalSignature', 'keyEncipherment'], undefined],
    [[], true, ['digitalSignature', 'keyEncipherment', 'keyCertSign'], undefined],
    [['cert sign', 'cert sign'], true, ['keyCertSign'], undefined],
    [['server auth', 'signing', 'digital signature'], false, ['digitalSignature'], ['1.3.6.1.5.5.7.3.1']],
    [['s/mime', 'email protection'], true, ['keyCertSign'], ['1.3.6.1.5.5.7.3.4']],
  ])('%j (isCA: %s)', (usages, isCA, keyUsage, extendedKeyUsage) =>
    expect(readUsages(usages, isCA)).toEqual({ kind: 'usages', keyUsage, extendedKeyUsage }),
  );

  test.each(['Server Auth', '', 'constructor'])('%j is no usage, and is named', (usage) =>
    expect(readUsages(['server auth', usage], false)).toEqual({
      kind: 'rejected',
      code: 'UnknownUsage',
      message: expect.stringMatching(`^spec\\.usages names "${usage}", which is no usage\\. There are: .*client auth`),
    }),
  );
});

test.each([
  ['digitalSignature', 'digital signature'],
  ['1.3.6.1.5.5.7.3.4', 'email protection'],
  ['1.2.3.4', '1.2.3.4'],
])('%s is told as %s', (usage, words) => expect(describeUsage(usage)).toBe(words));
