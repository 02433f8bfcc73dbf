import { AsnConvert } from '@peculiar/asn1-schema';
import { Name, SubjectAlternativeName } from '@peculiar/asn1-x509';
import type { Csr } from '../x509/csr.ts';
import { EXTENSION } from '../x509/extensions.ts';

export interface CsrNames {
  /** Lower case; the common name among them. */
  readonly dnsNames: readonly string[];
  /** Kinds of the alternative names that are not DNS names. */
  readonly others: readonly string[];
  readonly commonName: string | undefined;
}

const COMMON_NAME = '2.5.4.3';

/** The names that a CSR asks for, by its subject and its alternative names. */
export function namesOf(csr: Csr): CsrNames {
  const commonName = commonNameOf(csr.subject)?.toLowerCase();
  const extension = csr.extensions.find(({ identifier }) => identifier === EXTENSION.subjectAltName);
  const names = extension ? [...AsnConvert.parse(extension.value, SubjectAlternativeName)] : [];
  const alternative = names.flatMap(({ dNSName }) => (dNSName === undefined ? [] : [dNSName.toLowerCase()]));
  const others = names.flatMap((name) => (name.dNSName === undefined ? Object.keys(name) : []));
  return { dnsNames: [...(commonName === undefined ? [] : [commonName]), ...alternative], others, commonName };
}

function commonNameOf(subject: Buffer): string | undefined {
  const attributes = [...AsnConvert.parse(subject, Name)].flatMap((part) => [...part]);
  return attributes.find(({ type }) => type === COMMON_NAME)?.value.toString();
}
