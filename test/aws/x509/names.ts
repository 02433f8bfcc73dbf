import { AsnConvert } from '@peculiar/asn1-schema';
import { AttributeTypeAndValue, AttributeValue, Name, RelativeDistinguishedName } from '@peculiar/asn1-x509';

/** One attribute of a name: its type as an object identifier, and its text. */
export interface NameAttribute {
  readonly type: string;
  readonly text: string;
}

/** Attributes that must be PrintableString: country, serial number, DN qualifier (RFC 5280, appendix A.1). */
const PRINTABLE = new Set(['2.5.4.6', '2.5.4.5', '2.5.4.46']);

export function makeName(attributes: readonly NameAttribute[]): Name {
  return new Name(attributes.map(({ type, text }) => new RelativeDistinguishedName([makeAttribute(type, text)])));
}

/** DER of a Name with one attribute in each relative distinguished name, in the order given. */
export function encodeName(attributes: readonly NameAttribute[]): Buffer {
  return Buffer.from(AsnConvert.serialize(makeName(attributes)));
}

function makeAttribute(type: string, text: string): AttributeTypeAndValue {
  const value = PRINTABLE.has(type)
    ? new AttributeValue({ printableString: text })
    : new AttributeValue({ utf8String: text });
  return new AttributeTypeAndValue({ type, value });
}
