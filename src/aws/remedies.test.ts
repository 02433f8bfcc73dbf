import { describe, expect, test } from '@jest/globals';
import { acmOperations } from './acm/acm-calls.ts';
import { type Consequence, consequenceOf } from './consequences.ts';
import { remedyOf } from './remedies.ts';
import { route53Operations } from './route53/route53-calls.ts';

const remedy = (operation: string, code: string): string | undefined => {
  const consequence: Consequence = consequenceOf(operation, code) ?? 'transient';
  return remedyOf({ operation, code, consequence });
};
const capitals = (names: object): string[] =>
  Object.keys(names).map((name) => name.charAt(0).toUpperCase() + name.slice(1));

describe('a denial names the permission as IAM writes it', () => {
  test.each(capitals(acmOperations))('%s', (operation) =>
    expect(remedy(operation, 'AccessDeniedException')).toMatch(new RegExp(`^Allow acm:${operation}[ ,.]`)),
  );
  test.each(capitals(route53Operations))('%s', (operation) =>
    expect(remedy(operation, 'AccessDenied')).toMatch(new RegExp(`^Allow route53:${operation} to the identity on `)),
  );
});

describe('what else it takes', () => {
  test.each([
    ['CreateAcmeExternalAccountBinding', 'AccessDeniedException', 'iam:PassRole'],
    ['CreateAcmeExternalAccountBinding', 'AccessDeniedException', 'acm-acme.amazonaws.com with sts:AssumeRole'],
    ['CreateAcmeExternalAccountBinding', 'ValidationException', 'acm-acme.amazonaws.com with sts:AssumeRole'],
    ['CreateAcmeDomainValidation', 'AccessDeniedException', 'route53:ChangeResourceRecordSets'],
    ['CreateAcmeEndpoint', 'ServiceQuotaExceededException', 'Service Quotas'],
    ['ChangeResourceRecordSets', 'NoSuchHostedZone', 'hostedZoneID'],
    ['DescribeAcmeEndpoint', 'NoFipsEndpoint', '--use-fips-endpoint'],
    ['DescribeAcmeEndpoint', 'NoAcmeInPartition', 'directoryURL'],
  ])('%s: %s', (operation, code, text) => expect(remedy(operation, code)).toContain(text));
});

test.each([
  ['CreateAcmeEndpoint', 'ThrottlingException'],
  ['CreateAcmeEndpoint', 'InternalServerException'],
  ['AssumeRole', 'AccessDenied'],
])('%s: %s is not to be mended there', (operation, code) => expect(remedy(operation, code)).toBeUndefined());
