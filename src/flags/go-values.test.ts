import { describe, expect, test } from '@jest/globals';
import { parseGoBoolean, parseGoDuration } from './go-values.ts';

describe('booleans, as strconv.ParseBool reads them', () => {
  test.each(['1', 't', 'T', 'TRUE', 'true', 'True'])('%s is true', (text) => {
    expect(parseGoBoolean(text)).toEqual({ ok: true, value: true });
  });
  test.each(['0', 'f', 'F', 'FALSE', 'false', 'False'])('%s is false', (text) => {
    expect(parseGoBoolean(text)).toEqual({ ok: true, value: false });
  });
  test.each(['', 'tRUE', 'yes', 'on', '2', ' true', 'constructor'])('%j is neither', (text) => {
    expect(parseGoBoolean(text)).toEqual({ ok: false, fault: 'must be true or false' });
  });
});

describe('durations, as time.ParseDuration reads them, in milliseconds', () => {
  test.each([
    ['0', 0],
    ['+0', 0],
    ['-0', 0],
    ['0s', 0],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1500],
    ['.5s', 500],
    ['1.s', 1000],
    ['-2s', -2000],
    ['+2s', 2000],
    ['250ms', 250],
    ['1500us', 1.5],
    ['1500µs', 1.5],
    ['1500μs', 1.5],
    ['2000000ns', 2],
    ['2160h0m0s', 7_776_000_000],
    ['1s1s', 2000],
    ['10m5h', 18_600_000],
  ])('%s', (text, expected) => {
    expect(parseGoDuration(text)).toEqual({ ok: true, value: expected });
  });
  test.each([
    ...[
      '',
      '5',
      '5 m',
      ' 5m',
      '5m ',
      'm',
      '.s',
      '.',
      '-',
      '+',
      '1d',
      '1M',
      '1h30',
      '--5m',
      '5m-3s',
      '1e3s',
      '１s',
      '5m\n',
    ],
    ...['three hours', '1..5s', '1,5s'],
  ])('%j is none', (text) => {
    expect(parseGoDuration(text)).toMatchObject({ ok: false, fault: 'must be a duration such as 90s, 5m or 1h30m' });
  });
  test('what Go cannot hold is refused', () => {
    expect(parseGoDuration('2562047h')).toMatchObject({ ok: true });
    expect(parseGoDuration('2562048h')).toMatchObject({ ok: false });
    expect(parseGoDuration(`${'9'.repeat(400)}h`)).toMatchObject({ ok: false });
  });
});
