import { describe, expect, test } from '@jest/globals';
import { describeOldGo, requireGo, requireOpenssl } from './prerequisites.ts';

describe('describeOldGo', () => {
  test.each([
    'go version go1.21.0 linux/amd64',
    'go version go1.26 darwin/arm64',
    'go version go2.0 x',
    'go version devel +abc',
  ])('accepts %s', (said) => {
    expect(describeOldGo(said)).toBeUndefined();
  });

  test.each([
    ['go version go1.20.14 linux/amd64', 'Go 1.20 is too old'],
    ['go version go1.4 linux/amd64', 'Go 1.4 is too old'],
  ])('refuses %s', (said, sentence) => {
    expect(describeOldGo(said)).toContain(sentence);
  });
});

describe('a machine without the tool', () => {
  const environment = { PATH: '/nonexistent' };

  test('is told to install Go', async () => {
    const error = {
      code: 'go-missing',
      message: expect.stringMatching(/^Go is not installed: .*https:\/\/go\.dev\/dl\//),
    };
    await expect(requireGo(environment)).rejects.toMatchObject(error);
  });

  test('is told to install openssl', async () => {
    await expect(requireOpenssl(environment)).rejects.toMatchObject({ code: 'openssl-missing' });
  });
});
