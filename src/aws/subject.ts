import type { ASN1Subject } from '@aws-sdk/client-acm-pca';

/** The attributes that name a CA to a person, in the order in which they are usually read. */
const attributes: readonly (readonly [keyof ASN1Subject, string])[] = [
  ['CommonName', 'CN'],
  ['OrganizationalUnit', 'OU'],
  ['Organization', 'O'],
  ['Locality', 'L'],
  ['State', 'ST'],
  ['Country', 'C'],
];

/** A CA's subject in the string form of RFC 4514; undefined when it names nobody. */
export function formatSubject(subject: ASN1Subject | undefined): string | undefined {
  const parts = attributes.flatMap(([attribute, key]) => {
    const value = subject?.[attribute];
    return typeof value === 'string' && value !== '' ? [`${key}=${escape(value)}`] : [];
  });
  return parts.length === 0 ? undefined : parts.join(',');
}

/** RFC 4514 section 2.4. */
const escape = (value: string): string => value.replace(/[",+;<>\\]|^[ #]| $/g, (character) => `\\${character}`);
