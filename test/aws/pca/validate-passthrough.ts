import type { ApiPassthrough, Asn1Subject, ExtensionsInput, GeneralNameInput } from './requests.ts';
import { BASE64, refuse } from './refuse.ts';

const OBJECT_IDENTIFIER = /^[0-2]\.([0-9]|[0-3][0-9])(\.[0-9]+){0,126}$/;

const EXTENDED_KEY_USAGE_TYPES = [
  ...['SERVER_AUTH', 'CLIENT_AUTH', 'CODE_SIGNING', 'EMAIL_PROTECTION', 'TIME_STAMPING', 'OCSP_SIGNING'],
  ...['SMART_CARD_LOGIN', 'DOCUMENT_SIGNING', 'CERTIFICATE_TRANSPARENCY'],
];

/** Longest value of each subject attribute, characters. */
const SUBJECT_LIMITS: Readonly<Record<string, number>> = {
  ...{ Country: 2, Organization: 64, OrganizationalUnit: 64, CommonName: 64, Title: 64 },
  ...{ State: 128, Locality: 128, Pseudonym: 128, Surname: 40, GivenName: 16, Initials: 5, GenerationQualifier: 3 },
  ...{ SerialNumber: 64, DistinguishedNameQualifier: 64 },
};

/**
 * The constraints that the API model sets to ApiPassthrough. Throws ServiceError.
 * https://docs.aws.amazon.com/privateca/latest/APIReference/API_ApiPassthrough.html
 */
export function validatePassthrough({ Subject, Extensions }: ApiPassthrough): void {
  if (Subject) validateSubject(Subject, 'apiPassthrough.subject');
  if (Extensions) validateExtensions(Extensions, 'apiPassthrough.extensions');
}

function validateSubject(subject: Asn1Subject, member: string): void {
  for (const [name, longest] of Object.entries(SUBJECT_LIMITS)) {
    const value = subject[name];
    if (typeof value === 'string') requireLength(value, 0, longest, `${member}.${name}`);
  }
  if (subject.CustomAttributes) requireCount(subject.CustomAttributes, 150, `${member}.customAttributes`);
  for (const { ObjectIdentifier } of subject.CustomAttributes ?? []) {
    requireIdentifier(ObjectIdentifier, `${member}.customAttributes.objectIdentifier`);
  }
}

function validateExtensions(input: ExtensionsInput, member: string): void {
  const { CertificatePolicies, ExtendedKeyUsage, SubjectAlternativeNames, CustomExtensions } = input;
  if (CertificatePolicies) requireCount(CertificatePolicies, 20, `${member}.certificatePolicies`);
  if (ExtendedKeyUsage) requireCount(ExtendedKeyUsage, 20, `${member}.extendedKeyUsage`);
  if (SubjectAlternativeNames) requireCount(SubjectAlternativeNames, 150, `${member}.subjectAlternativeNames`);
  if (CustomExtensions) requireCount(CustomExtensions, 150, `${member}.customExtensions`);
  for (const policy of CertificatePolicies ?? []) requireIdentifier(policy.CertPolicyId, `${member}.certPolicyId`);
  for (const usage of ExtendedKeyUsage ?? []) validateExtendedKeyUsage(usage, `${member}.extendedKeyUsage`);
  for (const name of SubjectAlternativeNames ?? []) validateGeneralName(name, `${member}.subjectAlternativeNames`);
  for (const { ObjectIdentifier, Value } of CustomExtensions ?? []) {
    requireIdentifier(ObjectIdentifier, `${member}.customExtensions.objectIdentifier`);
    requireLength(Value, 1, 4096, `${member}.customExtensions.value`);
    if (!BASE64.test(Value)) refuse(`${member}.customExtensions.value`, 'Member must be base64');
  }
}

function validateExtendedKeyUsage(
  usage: NonNullable<ExtensionsInput['ExtendedKeyUsage']>[number],
  member: string,
): void {
  const { ExtendedKeyUsageType: type, ExtendedKeyUsageObjectIdentifier: identifier } = usage;
  if (type !== undefined && !EXTENDED_KEY_USAGE_TYPES.includes(type)) {
    refuse(`${member}.extendedKeyUsageType`, 'Member must satisfy enum value set');
  }
  if (identifier !== undefined) requireIdentifier(identifier, `${member}.extendedKeyUsageObjectIdentifier`);
}

function validateGeneralName(name: GeneralNameInput, member: string): void {
  if (name.Rfc822Name !== undefined) requireLength(name.Rfc822Name, 0, 256, `${member}.rfc822Name`);
  if (name.DnsName !== undefined) requireLength(name.DnsName, 0, 253, `${member}.dnsName`);
  if (name.IpAddress !== undefined) requireLength(name.IpAddress, 0, 39, `${member}.ipAddress`);
  if (name.UniformResourceIdentifier !== undefined) {
    requireLength(name.UniformResourceIdentifier, 0, 253, `${member}.uniformResourceIdentifier`);
  }
  if (name.RegisteredId !== undefined) requireIdentifier(name.RegisteredId, `${member}.registeredId`);
  if (name.DirectoryName) validateSubject(name.DirectoryName, `${member}.directoryName`);
}

function requireCount(items: readonly unknown[], most: number, member: string): void {
  if (items.length < 1 || items.length > most) refuse(member, `Member must have between 1 and ${most} items`);
}

function requireLength(value: string, shortest: number, longest: number, member: string): void {
  if (value.length < shortest) refuse(member, `Member must have length greater than or equal to ${shortest}`);
  if (value.length > longest) refuse(member, `Member must have length less than or equal to ${longest}`);
}

function requireIdentifier(value: string, member: string): void {
  requireLength(value, 0, 64, member);
  if (!OBJECT_IDENTIFIER.test(value)) refuse(member, 'Member must satisfy regular expression pattern');
}
