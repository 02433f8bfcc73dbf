import { expect, test } from '@jest/globals';
import { clusterIssuer } from '../../../test/support/builders.ts';
import type { AcmDomainStatus } from '../../api/acm.ts';
import type { AcmCalls } from '../../aws/acm/acm-calls.ts';
import type { DomainRecords, ValidationRecord } from './domain-records.ts';
import type { AtAcmPlan } from './plan-acm-issuer.ts';
import { type Removal, removeDomain } from './remove-domains.ts';

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
