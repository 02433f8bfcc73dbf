import type { Quota } from '../quotas.ts';

const ACME_READS = { rate: 30, bucket: 'ACME read operations' };
const ACME_WRITES = { rate: 20, bucket: 'ACME write operations' };

/** Calls per second, account and Region. https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html */
export const ACM_QUOTAS: Readonly<Record<string, Quota>> = {
  DescribeAcmeEndpoint: ACME_READS,
  ListAcmeEndpoints: ACME_READS,
  DescribeAcmeDomainValidation: ACME_READS,
  ListAcmeDomainValidations: ACME_READS,
  DescribeAcmeExternalAccountBinding: ACME_READS,
  ListAcmeExternalAccountBindings: ACME_READS,
  GetAcmeExternalAccountBindingCredentials: ACME_READS,
  DescribeAcmeAccount: ACME_READS,
  ListAcmeAccounts: ACME_READS,
  CreateAcmeEndpoint: ACME_WRITES,
  UpdateAcmeEndpoint: ACME_WRITES,
  DeleteAcmeEndpoint: ACME_WRITES,
  CreateAcmeExternalAccountBinding: ACME_WRITES,
  RevokeAcmeExternalAccountBinding: ACME_WRITES,
  DeleteAcmeExternalAccountBinding: ACME_WRITES,
  RevokeAcmeAccount: ACME_WRITES,
  CreateAcmeDomainValidation: { rate: 5 },
  UpdateAcmeDomainValidation: { rate: 5 },
  DeleteAcmeDomainValidation: { rate: 5 },
  TagResource: { rate: 5 },
  UntagResource: { rate: 5 },
  ListTagsForResource: { rate: 10 },
  RequestCertificate: { rate: 5 },
  AddTagsToCertificate: { rate: 5 },
  RemoveTagsFromCertificate: { rate: 5 },
  DescribeCertificate: { rate: 10 },
  GetCertificate: { rate: 10 },
  DeleteCertificate: { rate: 10 },
  ListTagsForCertificate: { rate: 10 },
  ListCertificates: { rate: 8 },
  ImportCertificate: { rate: 1 },
};
