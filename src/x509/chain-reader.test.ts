import { expect, test } from '@jest/globals';
import { certificatesPem, mintAuthority } from '../../test/support/pki.ts';
import { CertificateError } from './certificate.ts';
import { ChainReader } from './chain-reader.ts';

const pemOf = (name: string): string => certificatesPem(mintAuthority(name).der);

test('the same chain is parsed once, another one anew', () => {
  const [one, other] = [pemOf('one'), pemOf('other')];
  const reader = new ChainReader();
  const first = reader.read(one);
  expect(first).toHaveLength(1);
  expect(reader.read(one)).toBe(first);
  expect(reader.read(other)[0]?.subject).not.toEqual(first[0]?.subject);
  expect(reader.read(one)).toEqual(first);
});

test('what is no chain is told each time, and forgets nothing', () => {
  const reader = new ChainReader();
  const one = pemOf('one');
  const first = reader.read(one);
  const broken = certificatesPem(Buffer.from('nothing'));
  for (let time = 0; time < 2; time++) expect(() => reader.read(broken)).toThrow(CertificateError);
  expect(reader.read(one)).toBe(first);
});
