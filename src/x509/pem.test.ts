import { describe, expect, test } from '@jest/globals';
import { parsePem, toPem } from './pem.ts';

const der = Buffer.from('a certificate of no importance, longer than one line of sixty-four characters');
const pem = toPem('CERTIFICATE', der);

describe('parsePem', () => {
  test.each([
    ['as it is written', pem],
    ['with CRLF', pem.replaceAll('\n', '\r\n')],
    ['without a newline at the end', pem.trimEnd()],
    ['with text before and after', `subject=CN=a\n${pem}trailing bytes -----`],
    ['with spaces behind its lines', pem.replaceAll('\n', ' \t\n')],
    ['with blank lines inside', pem.replace('\n', '\n\n')],
    ['in one long line', `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----`],
  ])('reads a block %s', (_, text) => expect(parsePem(text)).toEqual([{ label: 'CERTIFICATE', der }]));

  test('reads several blocks in their order, whatever their label', () => {
    const labels = parsePem(`${pem}\n${toPem('PUBLIC KEY', der)}${pem}`).map(({ label }) => label);
    expect(labels).toEqual(['CERTIFICATE', 'PUBLIC KEY', 'CERTIFICATE']);
  });

  test.each([
    ['nothing', ''],
    ['no block', 'garbage'],
    ['a block that does not end', pem.slice(0, -10)],
    ['a block that ends as another', pem.replace('END CERTIFICATE', 'END PUBLIC KEY')],
    ['something else than base64 inside', pem.replace('\n', '\n!')],
  ])('finds none in %s', (_, text) => expect(parsePem(text)).toEqual([]));

  test('skips a beginning that another beginning follows', () => {
    expect(parsePem(`-----BEGIN CERTIFICATE-----\n${pem}`)).toEqual([{ label: 'CERTIFICATE', der }]);
  });
});

test('toPem breaks lines after 64 characters and ends in a newline', () => {
  const lines = pem.split('\n');
  expect(lines.slice(1, -2).map((line) => line.length)).toEqual([64, 40]);
  expect(lines.at(-1)).toBe('');
});
