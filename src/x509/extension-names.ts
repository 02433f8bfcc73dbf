/** What people call the extensions that a CSR may ask for. */
const names: Readonly<Record<string, string>> = {
  '2.5.29.9': 'subject directory attributes',
  '2.5.29.14': 'subject key identifier',
  '2.5.29.15': 'key usage',
  '2.5.29.16': 'private key usage period',
  '2.5.29.17': 'subject alternative name',
  '2.5.29.18': 'issuer alternative name',
  '2.5.29.19': 'basic constraints',
  '2.5.29.30': 'name constraints',
  '2.5.29.31': 'CRL distribution points',
  '2.5.29.32': 'certificate policies',
  '2.5.29.33': 'policy mappings',
  '2.5.29.35': 'authority key identifier',
  '2.5.29.36': 'policy constraints',
  '2.5.29.37': 'extended key usage',
  '2.5.29.46': 'freshest CRL',
  '2.5.29.54': 'inhibit anyPolicy',
  '1.3.6.1.4.1.311.20.2': 'Microsoft certificate template name',
  '1.3.6.1.4.1.311.21.7': 'Microsoft certificate template',
  '1.3.6.1.4.1.11129.2.4.2': 'signed certificate timestamps',
  '1.3.6.1.4.1.11129.2.4.3': 'certificate transparency poison',
  '1.3.6.1.5.5.7.1.1': 'authority information access',
  '1.3.6.1.5.5.7.1.3': 'qualified certificate statements',
  '1.3.6.1.5.5.7.1.11': 'subject information access',
  '1.3.6.1.5.5.7.1.24': 'TLS feature (OCSP must-staple)',
  '1.3.6.1.5.5.7.48.1.5': 'OCSP no check',
  '2.16.840.1.113730.1.1': 'Netscape certificate type',
  '2.16.840.1.113730.1.13': 'Netscape comment',
};

/** An extension for a person to read: `name constraints, 2.5.29.30`. */
export function describeExtension({ oid }: { readonly oid: string }): string {
  const name = names[oid];
  return name === undefined ? oid : `${name}, ${oid}`;
}
