import { expect, test } from '@jest/globals';
import { clusterIssuer, issuer, withIssuerSpec, withMetadata } from '../../../test/support/builders.ts';
import { createMemoryLogger } from '../../../test/support/memory-logger.ts';
import type { Issuer } from '../../api/awspca.ts';
import type { AcmCalls } from '../../aws/acm/acm-calls.ts';
import { removeEndpoint } from './remove-endpoint.ts';

const arn = 'arn:aws:acm:eu-central-1:111122223333:acme-endpoint/1';
const leaving = clusterIssuer('leaving');
const naming = (endpointArn: string) => withIssuerSpec({ arn: undefined, acm: { endpoint: { arn: endpointArn } } });

async function removeBeside(...others: readonly Issuer[]) {
  const deleted: string[] = [];
  const calls: Partial<AcmCalls> = {
    deleteAcmeEndpoint: (endpointArn) => {
      deleted.push(endpointArn);
      return Promise.resolve();
    },
  };
  const logger = createMemoryLogger();
  const removal = { acm: calls as AcmCalls, issuer: leaving, listIssuers: () => [leaving, ...others], logger };
  expect(await removeEndpoint(removal, arn)).toBeUndefined();
  return { deleted, lines: logger.lines };
}

test('an endpoint that another issuer names stays, and a line of the log says so', async () => {
  const { deleted, lines } = await removeBeside(issuer('other', naming(arn)));
  expect(deleted).toEqual([]);
  expect(lines).toMatchObject([{ level: 'warn', issuer: 'AWSPCAClusterIssuer/leaving', endpoint: arn }]);
  expect(lines[0]?.usedBy).toMatch(/team\/other/);
});

test.each([
  ['nobody is there', []],
  ['others name other endpoints', [clusterIssuer('other', naming(`${arn}2`)), clusterIssuer('private')]],
  [
    'the other one goes too',
    [clusterIssuer('other', naming(arn), withMetadata({ deletionTimestamp: '2026-01-02T03:04:05Z' }))],
  ],
] as const)('it is deleted where %s', async (_, others) => {
  expect(await removeBeside(...others)).toEqual({ deleted: [arn], lines: [] });
});
