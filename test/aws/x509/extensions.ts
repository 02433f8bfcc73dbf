import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AccessDescription,
  AuthorityInfoAccessSyntax,
  AuthorityKeyIdentifier,
  BasicConstraints,
  CertificatePolicies,
  CRLDistributionPoints,
  DistributionPoint,
  DistributionPointName,
  ExtendedKeyUsage,
  GeneralName,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  PolicyInformation,
  SubjectAlternativeName,
} from '@peculiar/asn1-x509';
import { boolean, objectIdentifier, octetString, sequence } from './der.ts';

/** An X.509 extension (RFC 5280, section 4.2); `value` is the DER inside the octet string. */
export interface Extension {
  readonly identifier: string;
  readonly critical: boolean;
  readonly value: Buffer;
}

export const EXTENSION = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  crlDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
} as const;

export type KeyUsageName = keyof typeof KeyUsageFlags;

export function makeExtension(identifier: string, critical: boolean, value: unknown): Extension {
  return { identifier, critical, value: Buffer.from(AsnConvert.serialize(value)) };
}

export function encodeExtension({ identifier, critical, value }: Extension): Buffer {
  const flag = critical ? [boolean(true)] : [];
  return sequence(objectIdentifier(identifier), ...flag, octetString(value));
}

export function basicConstraints(critical: boolean, isCa: boolean, pathLength?: number): Extension {
  const constraints = new BasicConstraints({ cA: isCa });
  if (pathLength !== undefined) constraints.pathLenConstraint = pathLength;
  return makeExtension(EXTENSION.basicConstraints, critical, constraints);
}

export function keyUsage(critical: boolean, names: readonly KeyUsageName[]): Extension {
  const flags = names.reduce((sum: number, name) => sum | KeyUsageFlags[name], 0);
  return makeExtension(EXTENSION.keyUsage, critical, new KeyUsage(flags));
}

export function extendedKeyUsage(critical: boolean, identifiers: readonly string[]): Extension {
  return makeExtension(EXTENSION.extendedKeyUsage, critical, new ExtendedKeyUsage([...identifiers]));
}

export function subjectKeyIdentifier(identifier: Buffer): Extension {
  return makeExtension(EXTENSION.subjectKeyIdentifier, false, new OctetString(identifier));
}

export function authorityKeyIdentifier(identifier: Buffer): Extension {
  const keyIdentifier = new KeyIdentifier(identifier);
  return makeExtension(EXTENSION.authorityKeyIdentifier, false, new AuthorityKeyIdentifier({ keyIdentifier }));
}

export function crlDistributionPoint(url: string): Extension {
  const fullName = [new GeneralName({ uniformResourceIdentifier: url })];
  const point = new DistributionPoint({ distributionPoint: new DistributionPointName({ fullName }) });
  return makeExtension(EXTENSION.crlDistributionPoints, false, new CRLDistributionPoints([point]));
}

export function ocspAccess(url: string): Extension {
  const accessLocation = new GeneralName({ uniformResourceIdentifier: url });
  const access = new AccessDescription({ accessMethod: '1.3.6.1.5.5.7.48.1', accessLocation });
  return makeExtension(EXTENSION.authorityInfoAccess, false, new AuthorityInfoAccessSyntax([access]));
}

export function subjectAltName(critical: boolean, dnsNames: readonly string[]): Extension {
  const names = dnsNames.map((dNSName) => new GeneralName({ dNSName }));
  return makeExtension(EXTENSION.subjectAltName, critical, new SubjectAlternativeName(names));
}

export function certificatePolicies(identifiers: readonly string[]): Extension {
  const policies = identifiers.map((policyIdentifier) => new PolicyInformation({ policyIdentifier }));
  return makeExtension(EXTENSION.certificatePolicies, false, new CertificatePolicies(policies));
}
