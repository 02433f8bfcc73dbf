import { describe, expect, test } from '@jest/globals';
import { isCertificateArnOf, parseCertificateAuthorityArn, templateArn, withoutSession } from './arn.ts';

const authority = 'arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/0a1b2c3d-0000-4000-8000-0123456789ab';

describe('parseCertificateAuthorityArn', () => {
  test.each([
    [authority, 'aws', 'eu-west-1'],
    [authority.replace('aws', 'aws-us-gov').replace('eu-west-1', 'us-gov-east-1'), 'aws-us-gov', 'us-gov-east-1'],
    [authority.replace('aws', 'aws-cn').replace('eu-west-1', 'cn-north-1'), 'aws-cn', 'cn-north-1'],
    [authority.replace('aws', 'some-other'), 'some-other', 'eu-west-1'],
  ])('%s', (arn, partition, region) =>
    expect(parseCertificateAuthorityArn(arn)).toEqual({ arn, partition, region, account: '111122223333' }),
  );

  test.each([
    '',
    'fake-arn',
    authority.replace('acm-pca', 'acm'),
    authority.replace('eu-west-1', ''),
    authority.replace('111122223333', '1111'),
    `${authority}/certificate/0a`,
    ` ${authority}`,
    `${authority}\n`,
    authority.replace('certificate-authority', 'template'),
  ])('%j names no authority', (arn) => expect(parseCertificateAuthorityArn(arn)).toBeUndefined());
});

test('templates are in the partition of the authority, in no region and account', () => {
  expect(templateArn('aws-us-gov', 'EndEntityCertificate/V1')).toBe(
    'arn:aws-us-gov:acm-pca:::template/EndEntityCertificate/V1',
  );
});

test.each([
  ['arn:aws:sts::111122223333:assumed-role/issuer/session', 'arn:aws:sts::111122223333:assumed-role/issuer'],
  ['arn:aws:iam::111122223333:user/path/somebody', 'arn:aws:iam::111122223333:user/path/somebody'],
  ['arn:aws:iam::111122223333:role/issuer', 'arn:aws:iam::111122223333:role/issuer'],
])('%s without its session is %s', (arn, expected) => expect(withoutSession(arn)).toBe(expected));

test.each([
  [`${authority}/certificate/0a1b`, true],
  [`${authority}/certificate/286535153982981100925020015808220737245`, true],
  [`${authority}/certificate/`, false],
  [`${authority}/certificate/0a/0b`, false],
  [`${authority}0/certificate/0a`, false],
  [`${authority}/certificate/0a\n`, false],
  [authority, false],
])('isCertificateArnOf %j: %s', (text, expected) => expect(isCertificateArnOf(text, authority)).toBe(expected));
