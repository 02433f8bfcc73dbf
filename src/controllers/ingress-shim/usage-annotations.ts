import { goQuote } from '../../flags/go-quote.ts';
import { keys } from './annotation-keys.ts';
import type { SpecAnnotation } from './spec-annotation.ts';
import { parseInt32 } from './term-annotations.ts';
import { goTrimBlanks } from './values/go-trim.ts';

/** https://cert-manager.io/docs/reference/api-docs/#cert-manager.io/v1.KeyUsage */
export const keyUsages: ReadonlySet<string> = new Set([
  ...['signing', 'digital signature', 'content commitment', 'key encipherment', 'key agreement', 'data encipherment'],
  ...['cert sign', 'crl sign', 'encipher only', 'decipher only', 'any', 'server auth', 'client auth', 'code signing'],
  ...['email protection', 's/mime', 'ipsec end system', 'ipsec tunnel', 'ipsec user', 'timestamping', 'ocsp signing'],
  ...['microsoft sgc', 'netscape sgc'],
]);

export const defaultUsages: readonly string[] = ['digital signature', 'key encipherment'];

const usages: SpecAnnotation = {
  key: keys.usages,
  read: (value, draft) => {
    const items = value.split(',');
    const wrong = items.find((item) => !keyUsages.has(goTrimBlanks(item)));
    if (wrong !== undefined) return `invalid key usage name ${goQuote(wrong)}`;
    draft.usages = items.map(goTrimBlanks);
    return undefined;
  },
  remedy:
    'List usages in lower case with commas between them, such as "digital signature,key encipherment,server auth".',
};

const revisionHistoryLimit: SpecAnnotation = {
  key: keys.revisionHistoryLimit,
  read: (value, draft) => {
    const read = parseInt32(value);
    if (!read.ok) return read.fault;
    if (read.value < 1) return `revision history limit must be a positive number ${goQuote(value)}`;
    draft.revisionHistoryLimit = read.value;
    return undefined;
  },
  remedy: 'Write a whole number, 1 or more.',
};

export const usageAnnotations: readonly SpecAnnotation[] = [usages, revisionHistoryLimit];
