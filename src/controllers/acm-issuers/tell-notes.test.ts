import { expect, test } from '@jest/globals';
import { clusterIssuer, withMetadata } from '../../../test/support/builders.ts';
import { createMemoryLogger } from '../../../test/support/memory-logger.ts';
import type { DomainPlan } from './plan-domains.ts';
import { tellNotes } from './tell-notes.ts';

const domain: DomainPlan = {
  ...{ name: 'example.com', scope: { exact: true, subdomains: false, wildcards: false }, deletionPolicy: 'Retain' },
  ...{ record: { kind: 'byHand' }, followsCname: false, asksNameServers: false },
};
const noted = { ...domain, note: 'region is ignored.' };

test('credentials 36: what is odd about a spec is told once for each generation, each note once', () => {
  const logger = createMemoryLogger();
  const told = {};
  const check = (generation: number): void =>
    tellNotes(logger, clusterIssuer('public', withMetadata({ generation })), { domains: [domain, noted, noted] }, told);
  check(1);
  check(1);
  expect(logger.lines).toMatchObject([
    { level: 'warn', issuer: 'AWSPCAClusterIssuer/public', note: 'region is ignored.' },
  ]);
  check(2);
  expect(logger.lines).toHaveLength(2);
});
