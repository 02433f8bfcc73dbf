import { DerError, parseDer, tag } from './asn1.ts';
import type { RelativeName } from './distinguished-name.ts';

const commonNameOid = '2.5.4.3';

/** The names that a CSR asks for or a certificate bears. */
export interface Names {
  /** Empty when the subject has none. More than one is legal, and rare. */
  readonly commonNames: readonly string[];
  readonly dns: readonly string[];
  /** Every other GeneralName as the hexadecimal DER of its element: compared, never interpreted. */
  readonly others: readonly string[];
}

/** Values of the common names of a distinguished name. */
export function commonNamesOf(subject: readonly RelativeName[]): string[] {
  return subject
    .flat()
    .filter(({ type }) => type === commonNameOid)
    .map(({ value }) => value);
}

/** Splits the DER of a SubjectAltName extension (RFC 5280 4.2.1.6). */
export function parseGeneralNames(der: Uint8Array): Pick<Names, 'dns' | 'others'> {
  const root = parseDer(der);
  if (!root.is(tag.sequence)) throw new DerError('the subject alternative names are malformed');
  const names = root.children;
  const dnsName = 2;
  return {
    dns: names.filter((name) => name.isContext(dnsName)).map((name) => name.content.toString('latin1')),
    others: names.filter((name) => !name.isContext(dnsName)).map((name) => name.bytes.toString('hex')),
  };
}

/** How to name a thing's names to a person: the first of them, and how many follow. */
export function describeNames({ commonNames, dns }: Names): string {
  const all = [...new Set([...commonNames, ...dns])];
  const more = all.length > 1 ? ` and ${all.length - 1} more` : '';
  return all.length === 0 ? '(no DNS name)' : `${all[0] ?? ''}${more}`;
}

/**
 * What `actual` has too little or too much against `wanted`; empty when they are the same set. A DNS name may stand in
 * the common name or in the SAN (cert-manager compares their union), in any letter case (RFC 4343).
 */
export function compareNames(wanted: Names, actual: Names): string[] {
  const union = ({ commonNames, dns }: Names): Set<string> =>
    new Set([...commonNames, ...dns].map((name) => name.toLowerCase()));
  const [wantedHosts, actualHosts] = [union(wanted), union(actual)];
  const [wantedOthers, actualOthers] = [new Set(wanted.others), new Set(actual.others)];
  return [
    ...[...wantedHosts.difference(actualHosts)].map((name) => `lacks the name ${name}`),
    ...[...actualHosts.difference(wantedHosts)].map((name) => `has the name ${name}, which was not asked for`),
    ...[...wantedOthers.difference(actualOthers)].map(() => 'lacks an IP address, URI, email or other name'),
    ...[...actualOthers.difference(wantedOthers)].map(
      () => 'has an IP address, URI, email or other name that was not asked for',
    ),
  ];
}
