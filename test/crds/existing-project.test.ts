import { expect, test } from '@jest/globals';
import { fillPlaceholders } from './existing-project.ts';

test('placeholders are filled, whichever way they are written', () => {
  expect(fillPlaceholders('region: {{REGION}}\nrole: <some-role-arn>\n')).toBe(
    'region: eu-west-1\nrole: arn:aws:iam::111122223333:role/example\n',
  );
});

test.each(['arn: {{ELSE}}', 'arn: <else>'])('%j has one that is not known', (text) => {
  expect(() => fillPlaceholders(text)).toThrow('is not known');
});
