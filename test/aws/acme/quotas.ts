import type { Quota } from '../quotas.ts';

/** Requests per second, account and Region. https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html */
export const ACME_QUOTAS: Readonly<Record<string, Quota>> = {
  GetDirectory: { rate: 25 },
  NewNonce: { rate: 25 },
  GetOrder: { rate: 25 },
  ListOrders: { rate: 25 },
  ManageAuthorization: { rate: 25 },
  GetCertificate: { rate: 25 },
  NewAccount: { rate: 20 },
  ManageAccount: { rate: 20 },
  ChangeAccountKey: { rate: 20 },
  NewOrder: { rate: 20 },
  FinalizeOrder: { rate: 1 },
  RevokeCertificate: { rate: 1 },
};
