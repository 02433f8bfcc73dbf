import { describe, expect, test } from '@jest/globals';
import { clusterIssuer } from '../../../test/support/builders.ts';
import { awsError } from '../../../test/support/pca-bench.ts';
import type { AcmDomainStatus } from '../../api/acm.ts';
import type { AcmCalls } from '../../aws/acm/acm-calls.ts';
import type { DomainRecords, ValidationRecord } from './domain-records.ts';
import type { AtAcmPlan } from './plan-acm-issuer.ts';
import { type Removal, removeDomain, removeLeavingDomains } from './remove-domains.ts';

const endpoint = (id: string): string => `arn:aws:acm:eu-central-1:111122223333:acme-endpoint/${id}`;
const credentials = { kind: 'ambient' } as const;
const identity = { credentials, roles: [], roleSessionName: 'aws-privateca-issuer', region: 'eu-central-1' };
const partition = { region: 'eu-central-1', partition: 'aws' };
const account = { secret: { namespace: 'n', name: 's', key: 'k' }, contact: [], binding: undefined };
/** Only what the test says; any other call is an error of its own. */
const scripted = <T extends object>(calls: Partial<T>): T => calls as T;

/** Of a domain that has left the spec, and whose validation is not at the endpoint. */
async function removedOf(status: AcmDomainStatus, domains: AtAcmPlan['domains'] = []): Promise<ValidationRecord[]> {
  const removed: ValidationRecord[] = [];
  const plan: AtAcmPlan = {
    ...{ kind: 'acm', endpoint: { kind: 'named', arn: endpoint('2'), ...partition }, identity, account, domains },
  };
  const records = scripted<DomainRecords>({
    remove: (place, record) => {
      expect(place).toEqual({ identity, hostedZoneId: 'Z1' });
      removed.push(record);
      return Promise.resolve(undefined);
    },
  });
  const removal: Removal = {
    ...{ acm: scripted<AcmCalls>({}), records, issuer: clusterIssuer('public'), plan, endpointArn: endpoint('2') },
    listIssuers: () => [],
  };
  expect(await removeDomain(removal, status, undefined)).toBeUndefined();
  return removed;
}

const record = { name: '_a.example.com', value: '_b.acm-validations.aws' };
const left = (endpointId: string): AcmDomainStatus => ({
  ...{ name: 'example.com', hostedZoneID: 'Z1', recordName: record.name, recordValue: record.value },
  arn: `${endpoint(endpointId)}/acme-domain-validation/9`,
});

test('the record of a validation that is gone is removed', async () => {
  expect(await removedOf(left('2'))).toEqual([record]);
});

test('a record that another endpoint asked for stays: others there may count on it', async () => {
  expect(await removedOf(left('1'))).toEqual([]);
});

test("the record that ACM wrote is removed as the issuer's own identity, whether the domain has left the spec or not", async () => {
  const domain: AtAcmPlan['domains'][number] = {
    ...{ name: 'example.com', scope: { exact: true, subdomains: false, wildcards: false }, deletionPolicy: 'Delete' },
    ...{ record: { kind: 'acm', hostedZoneId: 'Z1' }, followsCname: false, asksNameServers: false },
  };
  expect(await removedOf(left('2'), [domain])).toEqual([record]);
  expect(await removedOf(left('2'))).toEqual([record]);
});

test('a record that a person made stays', async () => {
  const domain: AtAcmPlan['domains'][number] = {
    ...{ name: 'example.com', scope: { exact: true, subdomains: false, wildcards: false }, deletionPolicy: 'Delete' },
    ...{ record: { kind: 'byHand' }, followsCname: false, asksNameServers: false },
  };
  expect(await removedOf(left('2'), [domain])).toEqual([]);
});

describe('a validation that ACM does not delete', () => {
  const issuer = clusterIssuer('public');
  const arn = `${endpoint('2')}/acme-domain-validation/9`;
  const scope = { exact: true, subdomains: false, wildcards: false };
  const validation = { arn, endpointArn: endpoint('2'), domain: 'example.com', scope, status: 'VALIDATING' };

  const leave = (refusal: Error) => {
    const acm = scripted<AcmCalls>({
      listTagsForResource: () => Promise.resolve({ 'awspca.cert-manager.io/issuer-uid': issuer.metadata.uid }),
      deleteAcmeDomainValidation: () => Promise.reject(refusal),
    });
    const plan: AtAcmPlan = {
      ...{ kind: 'acm', endpoint: { kind: 'named', arn: endpoint('2'), ...partition }, identity, account, domains: [] },
    };
    const records = scripted<DomainRecords>({});
    const removal: Removal = { acm, records, issuer, plan, endpointArn: endpoint('2'), listIssuers: () => [] };
    const explain = () => ({ kind: 'notReady', reason: 'AccessDenied', message: 'Denied.' }) as const;
    return removeLeavingDomains(removal, [{ name: 'example.com' }], new Map([['example.com', validation]]), explain);
  };
  const refused = (code: string, consequence: 'authority' | 'denied') =>
    awsError('DeleteAcmeDomainValidation', code, consequence);

  test('as it is busy with it, is on its way', async () => {
    const message = `ACM is busy with its validation ${arn}, which is deleted as soon as it is not.`;
    expect(await leave(refused('ConflictException', 'authority'))).toEqual([
      { status: { name: 'example.com' }, obstacle: { kind: 'onItsWay', reason: 'Deleting', message, afterMs: 60_000 } },
    ]);
  });

  test('for any other reason is told beside the domains that stay', async () => {
    expect(await leave(refused('AccessDeniedException', 'denied'))).toMatchObject([
      { status: { name: 'example.com' }, obstacle: { message: 'Denied.' } },
    ]);
  });

  test('as it is gone is nothing to tell', async () => {
    expect(await leave(refused('ResourceNotFoundException', 'authority'))).toEqual([]);
  });

  test('for a fault of ours is one', async () => {
    await expect(leave(new TypeError('ours'))).rejects.toThrow('ours');
  });
});

test.each([
  ['VALID', ['record', 'validation']],
  ['VALIDATING', ['validation', 'record']],
])('of a validation that is %s goes in this order: %j', async (status, order) => {
  const issuer = clusterIssuer('public');
  const removed: string[] = [];
  const arn = `${endpoint('2')}/acme-domain-validation/9`;
  const scope = { exact: true, subdomains: false, wildcards: false };
  const validation = { arn, endpointArn: endpoint('2'), domain: 'example.com', scope, status, record };
  const acm = scripted<AcmCalls>({
    listTagsForResource: () => Promise.resolve({ 'awspca.cert-manager.io/issuer-uid': issuer.metadata.uid }),
    deleteAcmeDomainValidation: () => {
      removed.push('validation');
      return Promise.resolve();
    },
  });
  const records = scripted<DomainRecords>({
    remove: () => {
      removed.push('record');
      return Promise.resolve(undefined);
    },
  });
  const plan: AtAcmPlan = {
    ...{ kind: 'acm', endpoint: { kind: 'named', arn: endpoint('2'), ...partition }, identity, account, domains: [] },
  };
  const removal: Removal = { acm, records, issuer, plan, endpointArn: endpoint('2'), listIssuers: () => [] };
  expect(await removeDomain(removal, left('2'), validation)).toBeUndefined();
  expect(removed).toEqual(order);
});
