import { describe, expect, test } from '@jest/globals';
import { readArguments } from './arguments.ts';
import { booleanFlag, commandFlag, environmentName, valueFlag } from './flag.ts';
import { renderHelp, renderMarkdown } from './help.ts';
import { parsed } from './parsed.ts';
import type { Environment } from './read.ts';
import { readFlags } from './read.ts';
import { wholeNumber } from './values.ts';

const table = {
  verbose: booleanFlag('First', 'false', 'Say more.'),
  'max-size': valueFlag('Second', 'NUMBER', '5', 'How much.', wholeNumber(1, 10)),
  name: valueFlag('First', 'NAME', '', 'Who.', (text) => parsed(text)),
  version: commandFlag('Second', 'Show it.'),
};

describe("the grammar of Go's flag package", () => {
  const flag = (name: string, value?: string): object => ({
    type: 'flag',
    name,
    ...(value === undefined ? {} : { value }),
  });
  test.each<[string, string[], object[]]>([
    ['nothing', [], []],
    ['one dash', ['-verbose'], [flag('verbose')]],
    ['two dashes', ['--verbose'], [flag('verbose')]],
    ['boolean =value', ['-verbose=false'], [flag('verbose', 'false')]],
    ['boolean = nothing', ['--verbose='], [flag('verbose', '')]],
    ['a boolean takes no next argument', ['--verbose', 'x'], [flag('verbose'), { type: 'notAFlag', text: 'x' }]],
    ['=value', ['--name=a'], [flag('name', 'a')]],
    ['= in the value', ['--name=a=b'], [flag('name', 'a=b')]],
    ['newline in the value', ['--name=a\nb'], [flag('name', 'a\nb')]],
    ['next argument', ['-name', 'a'], [flag('name', 'a')]],
    ['next argument, even if it looks like a flag', ['--name', '--verbose'], [flag('name', '--verbose')]],
    ['next argument, even if empty', ['--name', ''], [flag('name', '')]],
    ['missing value', ['--name'], [{ type: 'missingValue', name: 'name' }]],
    ['repeated', ['--name=a', '--name=b'], [flag('name', 'a'), flag('name', 'b')]],
    ['unknown', ['--nope'], [{ type: 'unknownFlag', name: 'nope' }]],
    ['unknown with its value', ['--nope', 'x'], [{ type: 'unknownFlag', name: 'nope' }]],
    ['unknown before a flag', ['--nope', '--verbose'], [{ type: 'unknownFlag', name: 'nope' }, flag('verbose')]],
    ['a name every object has', ['--constructor'], [{ type: 'unknownFlag', name: 'constructor' }]],
    ['case matters', ['--Verbose'], [{ type: 'unknownFlag', name: 'Verbose' }]],
    ...['-', '--', '---verbose', '--=x', '-=', 'verbose', ''].map((text): [string, string[], object[]] => [
      `no flag: ${JSON.stringify(text)}`,
      [text],
      [{ type: 'notAFlag', text }],
    ]),
  ])('%s', (_name, argv, expected) => {
    expect(readArguments(table, argv)).toEqual(expected);
  });
});

describe('flags, environment, defaults', () => {
  const defaults = { verbose: false, 'max-size': 5, name: '', version: false };
  test.each<[string, string[], Environment, object, string[]]>([
    ['defaults', [], {}, {}, []],
    ['flag', ['--max-size', '7', '-verbose'], {}, { 'max-size': 7, verbose: true }, ['max-size', 'verbose']],
    ['environment', [], { AWSPCA_MAX_SIZE: '7' }, { 'max-size': 7 }, ['max-size']],
    ['the flag wins', ['--max-size=8'], { AWSPCA_MAX_SIZE: '7' }, { 'max-size': 8 }, ['max-size']],
    ['a flag set to false wins', ['--verbose=false'], { AWSPCA_VERBOSE: 'true' }, { verbose: false }, ['verbose']],
    ['the flag wins over nonsense', ['--max-size=8'], { AWSPCA_MAX_SIZE: 'x' }, { 'max-size': 8 }, ['max-size']],
    ['the last flag wins', ['--max-size=8', '--max-size=9'], {}, { 'max-size': 9 }, ['max-size']],
    ['an empty variable is absent', [], { AWSPCA_MAX_SIZE: '', AWSPCA_VERBOSE: undefined }, {}, []],
    ['a boolean variable', [], { AWSPCA_VERBOSE: 'T' }, { verbose: true }, ['verbose']],
    ['a command only as flag', ['--version'], { AWSPCA_VERSION: 'true' }, { version: true }, ['version']],
  ])('%s', (_name, argv, environment, expected, given) => {
    const reading = readFlags(table, argv, environment);
    expect(reading.values).toEqual({ ...defaults, ...expected });
    expect([...reading.given].sort()).toEqual(given);
    expect(reading.faults).toEqual([]);
  });

  test('all faults are reported together, each naming its place', () => {
    const argv = ['--maxsize=3', 'stray', '--max-size=eleven', '--max-size=3', '-zzz', '--name'];
    expect(readFlags(table, argv, { AWSPCA_VERBOSE: 'maybe' }).faults).toEqual([
      'unknown flag --maxsize; did you mean --max-size?',
      'unexpected argument "stray"; the value of a true-or-false flag follows after "="',
      'unknown flag --zzz',
      'flag --name needs a value',
      'invalid value "maybe" for environment variable AWSPCA_VERBOSE: must be true or false',
      'invalid value "eleven" for flag --max-size: must be a whole number from 1 to 10',
    ]);
  });

  test('a variable with our prefix that is no flag warns, one that Kubernetes sets for a Service does not', () => {
    const services = ['AWSPCA_SERVICE_HOST', 'AWSPCA_SERVICE_PORT', 'AWSPCA_SERVICE_PORT_HTTP', 'AWSPCA_PORT'];
    const ports = ['AWSPCA_PORT_8080_TCP', 'AWSPCA_PORT_8080_TCP_ADDR', 'AWSPCA_METRICS_SERVICE_HOST'];
    const environment = Object.fromEntries([...services, ...ports].map((name) => [name, 'x']));
    expect(readFlags(table, [], environment).warnings).toEqual([]);
    expect(readFlags(table, [], { AWSPCA_MAXSIZE: '1', AWSPCA_QQQQ: '1', OTHER: '1' }).warnings).toEqual([
      "environment variable AWSPCA_MAXSIZE is no flag's; did you mean AWSPCA_MAX_SIZE?",
      "environment variable AWSPCA_QQQQ is no flag's",
    ]);
  });

  test('a default that its own flag refuses is a mistake in the table', () => {
    const wrong = { size: valueFlag('G', 'N', 'x', 'D.', wholeNumber(1, 2)) };
    expect(() => readFlags(wrong, [], {})).toThrow('the default "x" must be a whole number from 1 to 2');
  });
});

test('environmentName', () => {
  expect(environmentName('metrics-bind-address')).toBe('AWSPCA_METRICS_BIND_ADDRESS');
});

test('help groups the flags', () => {
  expect(renderHelp('Usage: x', table)).toBe(`Usage: x

First:
  --verbose
        Say more. Default: false.
  --name NAME
        Who.

Second:
  --max-size NUMBER
        How much. Default: 5.
  --version
        Show it.
`);
});

test('the same as Markdown', () => {
  expect(renderMarkdown(table)).toBe(`## First

| flag | environment variable | default | meaning |
| --- | --- | --- | --- |
| \`--verbose\` | \`AWSPCA_VERBOSE\` | \`false\` | Say more. |
| \`--name=NAME\` | \`AWSPCA_NAME\` |  | Who. |

## Second

| flag | environment variable | default | meaning |
| --- | --- | --- | --- |
| \`--max-size=NUMBER\` | \`AWSPCA_MAX_SIZE\` | \`5\` | How much. |
| \`--version\` |  |  | Show it. |
`);
});
