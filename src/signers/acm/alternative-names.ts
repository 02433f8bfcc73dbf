import { isIPv4 } from 'node:net';
import { DerError, type Element, parseDer } from '../../x509/asn1.ts';
import type { CertificateSigningRequest } from '../../x509/certificate-signing-request.ts';
import { extensionOid, findExtension } from '../../x509/extensions.ts';

const dnsName = 2;
/** The other forms of GeneralName that people ask for (RFC 5280 4.2.1.6), by their tags. */
const forms: Readonly<Record<number, string>> = { 1: 'email address', 6: 'URI', 7: 'IP address' };
const ipAddress = 7;

/** The names of a CSR that are no DNS names, for a person: `the IP address 192.0.2.1`. */
export function describeOtherNames({ extensions }: Pick<CertificateSigningRequest, 'extensions'>): string[] {
  const extension = findExtension(extensions, extensionOid.subjectAltName);
  if (!extension) return [];
  return parseDer(extension.value)
    .children.filter((name) => !name.isContext(dnsName))
    .map(describe);
}

function describe(name: Element): string {
  const form = Object.keys(forms)
    .map(Number)
    .find((tag) => name.isContext(tag));
  const content = contentOf(name);
  if (form === undefined || !content) return 'a name of another form';
  const value = form === ipAddress ? formatAddress(content) : JSON.stringify(content.toString('latin1'));
  return `the ${forms[form]} ${value}`;
}

function contentOf(name: Element): Buffer | undefined {
  try {
    return name.content;
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

function formatAddress(octets: Buffer): string {
  const dotted = octets.join('.');
  if (isIPv4(dotted)) return dotted;
  const groups = octets.toString('hex').match(/.{1,4}/g) ?? [];
  return groups.map((group) => group.replace(/^0+(?=.)/, '')).join(':');
}
