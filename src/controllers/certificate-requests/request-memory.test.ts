import { describe, expect, test } from '@jest/globals';
import type { SpecifiedRequest } from '../../api/certificate-request.ts';
import { certificateRequest } from '../../../test/support/builders.ts';
import { createMemory, latestOf, rememberPatch } from './request-memory.ts';

const version = (resourceVersion: string): SpecifiedRequest => {
  const request = certificateRequest('cr1');
  return { ...request, metadata: { ...request.metadata, resourceVersion } };
};

describe('what our own patch returned', () => {
  test.each([
    ['counts while the store shows what was before it', [['1', '2']], '1', '2'],
    ['counts no more once the store shows it', [['1', '2']], '2', '2'],
    ['counts no more once somebody else changed the request', [['1', '2']], '3', '3'],
    [
      'counts after two patches while the store shows what was before the first',
      [
        ['1', '2'],
        ['2', '3'],
      ],
      '1',
      '3',
    ],
    [
      'counts for the later of two passes',
      [
        ['1', '2'],
        ['5', '6'],
      ],
      '5',
      '6',
    ],
    ['is nothing before any patch', [], '1', '1'],
  ] as const)('%s', (_, patches, stored, expected) => {
    const memory = createMemory('uid');
    for (const [before, after] of patches) rememberPatch(memory, version(before), version(after));
    expect(latestOf(memory, version(stored)).metadata.resourceVersion).toBe(expected);
  });

  test('is forgotten once it was overtaken, so that an older version cannot bring it back', () => {
    const memory = createMemory('uid');
    rememberPatch(memory, version('1'), version('2'));
    latestOf(memory, version('3'));
    expect(latestOf(memory, version('1')).metadata.resourceVersion).toBe('1');
  });
});
