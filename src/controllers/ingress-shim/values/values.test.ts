import { describe, expect, test } from '@jest/globals';
import { isGoIpAddress } from './go-ip.ts';
import { readMailAddress } from './go-mail.ts';
import { keys } from '../annotation-keys.ts';
import { readSpec } from '../read-spec.ts';
import { goTrimBlanks, goTrimSpace } from './go-trim.ts';
import { parseSecretTemplate } from './secret-template.ts';

// Go itself accepts and refuses the same; its words are the same too, but for JSON.
describe('addresses, as net.ParseIP reads them', () => {
  test.each([
    '0.0.0.0',
    '255.255.255.255',
    '::',
    '::1',
    'fd00::7',
    'FD00::7',
    '1:2:3:4:5:6:7::',
    '::ffff:1.2.3.4',
    '1:2:3:4:5:6:1.2.3.4',
  ])('%s is one', (text) => expect(isGoIpAddress(text)).toBe(true));
  test.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '256.1.1.1',
    '1.2.3.4 ',
    '10.0.0.0/8',
    'fe80::1%eth0',
    '1::2::3',
    '12345::',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '[::1]',
    'host',
  ])('%j is none', (text) => expect(isGoIpAddress(text)).toBe(false));
});

describe('mail addresses, as net/mail reads them', () => {
  test.each(['a@b', 'first.last+tag@sub.example.com', "o'hara@x", 'é@müller.test', 'a@[1.2.3.4]', 'a@[fd00::1]'])(
    '%s',
    (text) => expect(readMailAddress(text)).toBe('address'),
  );
  test.each([
    ...['Ops <a@b>', '<a@b>', '"Ops, all" <a@b>', 'Ops Team <a@b> (on call)', 'a@b (Ops)', ' a@b', 'a@b ', 'a@ b'],
    ...['"a b"@c', '"a"@b', 'team: a@b;', '"a\\"b"@c', 'a.b. <a@b>', 'a@b ((x) y)'],
  ])('%j has more around it', (text) => {
    expect(readMailAddress(text)).toBe('decorated');
  });
  test.each([
    ...[
      '',
      'a',
      '@b',
      'a@',
      'a@b@c',
      'a b@c',
      '.a@b',
      'a..b@c',
      'a.@b',
      'a@.b',
      'a@b.',
      'a,b@c',
      '""@b',
      '"a@b',
      'a@[host]',
    ],
    ...[
      'a@[1.2.3.4',
      'Ops a@b',
      'Ops <a@b',
      '<>',
      'a@b (',
      'a@b, c@d',
      'team:;',
      'team: a@b, c@d;',
      'a\u0000@b',
      'a@b\n',
    ],
  ])('%j is none', (text) => {
    expect(readMailAddress(text)).toBe('none');
  });
});

test.each([
  [' \t\n\v\f\ra b\u0085\u00a0\u2003\u3000', 'a b'],
  ['\ufeffa\ufeff', '\ufeffa\ufeff'],
  ['\u200ba', '\u200ba'],
  ['  ', ''],
])('strings.TrimSpace of %j', (text, expected) => {
  expect(goTrimSpace(text)).toBe(expected);
});

describe('labels and annotations, as json.Decoder reads them', () => {
  type Texts = Record<string, string>;
  test.each<[string, Texts, Texts]>([
    ['{}', {}, {}],
    ['null', {}, {}],
    ['nullx', {}, {}],
    [' {"labels" : {"a":"b"} , "annotations":{}} trailing', { a: 'b' }, {}],
    ['{"LABELS":{"a":"b"},"Annotations":{"c":"d"}}', { a: 'b' }, { c: 'd' }],
    ['{"label\u017f":{"a":"b"}}', { a: 'b' }, {}],
    ['{"labels":{"a":"1","b":"2"},"labels":{"b":"3"}}', { a: '1', b: '3' }, {}],
    ['{"labels":{"a":"1"},"labels":null}', {}, {}],
    ['{"labels":{"a":null}}', { a: '' }, {}],
    ['{"labels":{"\\u0061":"\\ud83d\\ude00\\n","lone":"\\ud800"}}', { a: '😀\n', lone: '\ufffd' }, {}],
  ])('%s', (text, labels, annotations) => {
    const template = parseSecretTemplate(text);
    if (!template.ok) throw new Error(template.fault);
    expect(Object.fromEntries(template.value.labels)).toEqual(labels);
    expect(Object.fromEntries(template.value.annotations)).toEqual(annotations);
  });

  test.each([
    ['', 'EOF'],
    ['  ', 'EOF'],
    ['{', 'unexpected EOF'],
    ['{"labels":{"a":"b"}', 'unexpected EOF'],
    ['{"type":"x"}', 'json: unknown field "type"'],
    ['[]', 'the template must be an object, but there is "[" at offset 0'],
    ['"x"', 'the template must be an object, but there is "\\"" at offset 0'],
    ['yes', 'the template must be an object, but there is "y" at offset 0'],
    ['{"labels":["a"]}', 'labels must be an object, but there is "[" at offset 10'],
    ['{"labels":{"a":1}}', 'the values of labels must be strings, but there is "1" at offset 15'],
    ['{"labels":{"a":true}}', 'the values of labels must be strings, but there is "true" at offset 15'],
    ['{"labels":{"a":"b",}}', 'a key in double quotes is expected, but there is "}" at offset 19'],
    ['{"labels":{a:"b"}}', 'a key in double quotes is expected, but there is "a" at offset 11'],
    ['{"labels" {}}', '":" is expected after a key, but there is "{" at offset 10'],
    ['{"labels":{"a":"\t"}}', 'the values of labels must be strings, but there is "\\"" at offset 15'],
  ])('%s is refused', (text, fault) => {
    expect(parseSecretTemplate(text)).toEqual({ ok: false, fault });
  });

  test('a key that JavaScript gives a meaning to is a key like any other', () => {
    const template = parseSecretTemplate('{"labels":{"__proto__":"x"}}');
    expect(template.ok && [...template.value.labels]).toEqual([['__proto__', 'x']]);
  });
});

test.each(['', ' ', ' a', 'a ', '  a b  ', '\ta\n'])('only blanks are trimmed: %j', (text) => {
  expect(goTrimBlanks(text)).toBe(text.replace(/^ +/, '').replace(/ +$/, ''));
});

test('a list as long as an annotation can be is taken over', () => {
  const reading = readSpec({ [keys.altNames]: 'a,'.repeat(131_000) });
  expect(reading.ok && reading.draft.dnsNames.length).toBe(131_001);
});

/**
 * What a tenant may write into annotations: 256 KiB. Work that grows with its square would take minutes here, and hold up
 * all other controllers meanwhile.
 */
test.each([
  [keys.ipSans, `1${' '.repeat(250_000)}2`],
  [keys.emailSans, `1${'\r'.repeat(250_000)}2`],
  [keys.usages, `{${' '.repeat(250_000)}x`],
  [keys.organizations, `"${'"'.repeat(250_000)}`],
  [keys.duration, '9'.repeat(250_000)],
  [keys.secretTemplate, '{"labels":'.repeat(25_000)],
])(
  'a long value of %s is read in no time',
  (key, value) => {
    expect(readSpec({ [key]: value })).toMatchObject({ ok: false });
  },
  10_000,
);
