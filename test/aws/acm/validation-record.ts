import { createHash } from 'node:crypto';

export interface ValidationRecord {
  /** With the dot at its end, as ACM writes both. */
  readonly name: string;
  readonly value: string;
}

/**
 * The CNAME that proves a domain. `owner` is what it is made for: one record for each endpoint and domain, or for each
 * account and domain of classic certificates, so it is the same whenever it is asked for.
 */
export function validationRecord(owner: string, domain: string): ValidationRecord {
  const digest = (use: string): string =>
    createHash('sha256')
      .update(JSON.stringify([use, owner, domain]))
      .digest('hex');
  const target = `_${digest('target').slice(0, 32)}.${digest('shard').slice(0, 10)}`;
  return { name: `_${digest('name').slice(0, 32)}.${domain}.`, value: `${target}.acm-validations.aws.` };
}
