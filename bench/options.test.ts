import { expect, test } from '@jest/globals';
import { parseOptions } from './options.ts';

const known = { scenarios: ['startup', 'burst'], parts: ['shim', 'load'] };
const usual = { rounds: 3, only: undefined, skipGo: false, profile: false, parts: [] };

test.each([
  [[], usual],
  [['--rounds', '1', '--skip-go'], { ...usual, rounds: 1, skipGo: true }],
  [['--only', 'burst,startup'], { ...usual, only: ['burst', 'startup'] }],
  [['--profile'], { ...usual, profile: true }],
  [['shim', 'load'], { ...usual, parts: ['shim', 'load'] }],
  [['x'], 'There is no part x. Known are shim, load.'],
  [['--rounds', '0'], '--rounds takes a number of at least 1, not 0.'],
  [['--rounds', 'x'], '--rounds takes a number of at least 1, not x.'],
  [['--only', 'burst,x'], 'There is no scenario x. Known are startup, burst.'],
  [['--fast'], expect.stringContaining("Unknown option '--fast'")],
])('%j', (args, expected) => {
  expect(parseOptions(args, known)).toEqual(expected);
});
